import type { Clock } from '../clock/clock.ts'

/** Who takes what was read. */
export interface Receiver {
  /**
   * @param cameUs by when the first of the bytes had come: those that made the socket ready.
   * @param readUs by when all of them had.
   * @param chunk undefined where the receiver has them.
   */
  receive(cameUs: number, readUs: number, chunk: Buffer | undefined): void
}

/** libuv takes no more ready sockets from the kernel at once. */
const READY_AT_ONCE = 1_024
/** So long is handled what was read before there is another look at what has come since. */
const SLICE_US = 1_000
/** So many that have been handled are forgotten, where there never is a moment with nothing to do. */
const FORGOTTEN_AT_ONCE = 4_096

/**
 * What the sockets of a thread have brought, from when it is read to when it is handled.
 *
 * The kernel names all sockets that have something to read at once, and Node reads one after the other.
 * Would each be handled when it is read, of two hundred answers that come together the last would be
 * read, and measured, as late as it takes to handle all the others. So everything that is there is read
 * first, with the time, and then handled a slice at a time. What waits here is bounded by what a
 * connection may have read and not handled, a packet's length, and by the requests that are open.
 */
export class Inbox {
  readonly #clock: Clock
  readonly #receivers: Receiver[] = []
  readonly #chunks: (Buffer | undefined)[] = []
  readonly #cameUs: number[] = []
  readonly #readUs: number[] = []
  /** The first that has not been handled. */
  #next = 0
  #turnBeganUs = 0
  /** Reads that this turn of the loop may still have; 0 when none has begun. */
  #readsLeft = 0
  #sliceEndsUs = 0
  #isArmed = false
  /** Immediates come when all that was ready has been read. */
  readonly #begin = (): void => {
    this.#isArmed = false
    this.#readsLeft = 0
    if (this.#next >= FORGOTTEN_AT_ONCE) this.#forget()
    this.#sliceEndsUs = this.#clock.nowUs() + SLICE_US
    this.#handle()
  }
  /** One, and the next in a tick of its own: what comes of an answer has its turn in between. A
   *  receiver that is not done with its chunk by then keeps the next one in order itself. */
  readonly #handle = (): void => {
    const receiver = this.#receivers[this.#next]
    if (receiver === undefined) {
      this.#forget()
      return
    }
    if (this.#clock.nowUs() >= this.#sliceEndsUs) {
      this.#arm()
      return
    }
    const chunk = this.#chunks[this.#next]
    const cameUs = this.#cameUs[this.#next] as number
    const readUs = this.#readUs[this.#next] as number
    this.#chunks[this.#next] = undefined
    this.#next += 1
    process.nextTick(this.#handle)
    receiver.receive(cameUs, readUs, chunk)
  }

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * To be called when bytes are read and by nothing else.
   * @param sentUs when what they may answer was sent, which they cannot be older than.
   * @param chunk the bytes, of a receiver that does not have them.
   */
  put(receiver: Receiver, sentUs: number, chunk?: Buffer): void {
    const nowUs = this.#clock.nowUs()
    if (this.#readsLeft === 0) {
      this.#turnBeganUs = nowUs
      this.#readsLeft = READY_AT_ONCE
    }
    this.#readsLeft -= 1
    this.#push(receiver, Math.max(sentUs, this.#turnBeganUs), nowUs, chunk)
  }

  /** Nothing was read and nothing will be: the receiver gets no chunk, behind all that it has to get. */
  putEnd(receiver: Receiver): void {
    const nowUs = this.#clock.nowUs()
    this.#push(receiver, nowUs, nowUs, undefined)
  }

  /** How long what was read first has been waiting to be handled; 0 when nothing is. */
  waitedUs(): number {
    const cameUs = this.#cameUs[this.#next]
    return cameUs === undefined ? 0 : this.#clock.nowUs() - cameUs
  }

  #push(receiver: Receiver, cameUs: number, readUs: number, chunk: Buffer | undefined): void {
    this.#receivers.push(receiver)
    this.#cameUs.push(cameUs)
    this.#readUs.push(readUs)
    this.#chunks.push(chunk)
    this.#arm()
  }

  #arm(): void {
    if (!this.#isArmed) setImmediate(this.#begin)
    this.#isArmed = true
  }

  #forget(): void {
    this.#receivers.splice(0, this.#next)
    this.#chunks.splice(0, this.#next)
    this.#cameUs.splice(0, this.#next)
    this.#readUs.splice(0, this.#next)
    this.#next = 0
  }
}
