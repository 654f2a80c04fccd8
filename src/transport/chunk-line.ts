import type { Socket } from 'node:net'
import type { Inbox, Receiver } from './inbox.ts'

/** Twice what AWS lets a packet have. A longer one is not waited for. */
export const PACKET_MAX_BYTES = 262_144
/** Read and not handled: the service is not read from until half of it is. */
const WAITING_MAX_BYTES = 1_048_576

/** Whose line it is. */
export interface LineOwner {
  /** Nothing is told once it is. */
  readonly over: boolean
  /** When it last sent anything: no answer is older. */
  readonly lastSentUs: number
  drop(cause: string): void
}

interface ReadChunk {
  readonly cameUs: number
  readonly readUs: number
  readonly chunk: Buffer
}

/**
 * What an MQTT connection has read, on its way to the parser: chunks in their order, one at a time,
 * each with its own stamps, and the end of the connection behind all of them.
 */
export class ChunkLine implements Receiver {
  /** When the packet that is handled now came. */
  cameUs = 0
  readonly #inbox: Inbox
  readonly #owner: LineOwner
  readonly #socket: Socket
  #parser: NodeJS.WritableStream | undefined
  /** When the chunk that is handled now was read. */
  #readUs = 0
  /** No packet of the chunk has been handled yet. */
  #isFirst = false
  #chunkBytes = 0
  /** A chunk is with the parser, which hands its packets out one a tick. */
  #isParsing = false
  /** Bytes of the chunks since the last that had the end of a packet. */
  #unparsedBytes = 0
  /** Bytes that were read and wait to be handled. */
  #waitingBytes = 0
  /** Chunks whose turn came while one before them was with the parser. */
  #backlog: ReadChunk[] | undefined
  /** Why the connection is at its end, as soon as it is. */
  #endCause: string | undefined
  /** All that was read has been received. */
  #isReadOut = false

  /** Takes over what the socket reads; the library has only to name its parser by `pipe`. */
  constructor(socket: Socket, inbox: Inbox, owner: LineOwner) {
    this.#socket = socket
    this.#inbox = inbox
    this.#owner = owner
    // The library would handle each chunk when it is read; what was read behind it would seem late.
    socket.pipe = (parser) => {
      this.#parser = parser
      return parser
    }
    socket.on('data', (chunk: Buffer) => this.#read(chunk))
  }

  /** The end is on its way, and tells what becomes of what is sent now. */
  get isEnding(): boolean {
    return this.#endCause !== undefined
  }

  /** Something was read and has not been handled: it may be what somebody waits for. */
  get isWaiting(): boolean {
    return this.#waitingBytes > 0 || this.#isParsing || (this.#backlog?.length ?? 0) > 0
  }

  /** The first cause counts. What was read before is handled before it is told. */
  end(cause: string): void {
    if (this.#owner.over || this.isEnding) return
    this.#endCause = cause
    this.#inbox.putEnd(this)
  }

  receive(cameUs: number, readUs: number, chunk: Buffer | undefined): void {
    if (this.#owner.over) return
    if (chunk === undefined) this.#isReadOut = true
    else {
      this.#waitingBytes -= chunk.length
      const mayRead = this.#waitingBytes <= WAITING_MAX_BYTES / 2
      if (mayRead && this.#socket.isPaused()) this.#socket.resume()
      this.#backlog ??= []
      this.#backlog.push({ cameUs, readUs, chunk })
    }
    this.#goOn()
  }

  /** A packet is handled now. Of a chunk the first is what made the socket ready; one behind it may have
   *  come later. */
  stamp(): void {
    if (!this.#isFirst) this.cameUs = this.#readUs
    this.#isFirst = false
  }

  #read(chunk: Buffer): void {
    this.#waitingBytes += chunk.length
    if (this.#waitingBytes > WAITING_MAX_BYTES) this.#socket.pause()
    this.#inbox.put(this, this.#owner.lastSentUs, chunk)
  }

  /** The next chunk that was received, or the end behind all of them. */
  #goOn(): void {
    if (this.#isParsing || this.#owner.over) return
    const next = this.#backlog?.shift()
    if (next === undefined) {
      if (this.#isReadOut) this.#owner.drop(this.#endCause ?? 'closed')
      return
    }
    this.cameUs = next.cameUs
    this.#readUs = next.readUs
    this.#isFirst = true
    this.#chunkBytes = next.chunk.length
    this.#isParsing = true
    this.#parser?.write(next.chunk, this.#whenParsed)
  }

  readonly #whenParsed = (): void => {
    this.#isParsing = false
    this.#unparsedBytes = this.#isFirst ? this.#unparsedBytes + this.#chunkBytes : 0
    if (this.#unparsedBytes > PACKET_MAX_BYTES) this.#owner.drop('oversized')
    else this.#goOn()
  }
}
