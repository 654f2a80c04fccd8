import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Socket } from 'node:net'

/** What the server is to do with its answers. */
export interface Law {
  /** How long each answer takes, by operation: the k-th request gets the k-th, from the start again. */
  readonly delaysUs: readonly number[]
  /** No answer leaves in this time, counted from the first start-next; those due then leave at its end. */
  readonly freeze?: { readonly afterUs: number; readonly forUs: number }
  /** Answers leave together, those of so long a time at its end. */
  readonly togetherUs?: number
}

export type LawOperation = 'start-next' | 'update'

/** What the server really did: from the request seen to the answer written, by its own clock. */
export interface LawRecord {
  readonly delaysUs: Readonly<Record<LawOperation, readonly number[]>>
  /** How late its own event loop was, p99. What a late server sees late it cannot record. */
  readonly loopDelayP99Ms: number
}

/**
 * A service whose delays are known beforehand, in a process of its own. It shares no line with the
 * project. Every start-next gives the thing a new execution and every update is accepted.
 */
export class LawServer {
  readonly targets: readonly string[]
  readonly #child: ChildProcess

  static async start(law: Law): Promise<LawServer> {
    const child = spawn(process.execPath, ['--eval', `(${serve.toString()})()`], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    child.send(law)
    const [ports] = (await once(child, 'message')) as [{ mqtt: number; http: number }]
    return new LawServer(child, [
      `mqtt://127.0.0.1:${ports.mqtt}`,
      `http://127.0.0.1:${ports.http}`,
    ])
  }

  private constructor(child: ChildProcess, targets: readonly string[]) {
    this.#child = child
    this.targets = targets
  }

  /** Ends it. */
  async record(): Promise<LawRecord> {
    this.#child.send('end')
    const [record] = (await once(this.#child, 'message')) as [LawRecord]
    return record
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }
}

/** The program of the child. It is handed over as text, so it uses nothing from around it. */
function serve(): void {
  const net = process.getBuiltinModule('node:net')
  const http = process.getBuiltinModule('node:http')
  const { monitorEventLoopDelay } = process.getBuiltinModule('node:perf_hooks')
  const loop = monitorEventLoopDelay({ resolution: 5 })
  const given: Record<string, number[]> = { 'start-next': [], update: [] }
  let law: Law = { delaysUs: [0] }
  let firstUs: number | undefined
  const nowUs = () => performance.now() * 1e3

  // In the order they fall due: those that leave together leave before anything else is done.
  const waiting: { readonly dueUs: number; readonly leave: () => void }[] = []
  let timer: NodeJS.Timeout | undefined
  let immediate: NodeJS.Immediate | undefined
  const wait = (answer: (typeof waiting)[number]) => {
    let at = waiting.length
    while (at > 0 && (waiting[at - 1]?.dueUs ?? 0) > answer.dueUs) at -= 1
    waiting.splice(at, 0, answer)
    if (at === 0) look()
  }
  const look = () => {
    clearTimeout(timer)
    clearImmediate(immediate)
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      const leftUs = next.dueUs - nowUs()
      // A timer counts whole milliseconds and may come a little early.
      if (leftUs > 1_000) timer = setTimeout(look, Math.floor(leftUs / 1e3))
      else if (leftUs > 0) immediate = setImmediate(look)
      if (leftUs > 0) return
      waiting.shift()
      next.leave()
    }
  }

  const answerLater = (operation: string, write: () => void) => {
    const seenUs = nowUs()
    if (operation === 'start-next') firstUs ??= seenUs
    const own = given[operation] ?? []
    const at = own.length
    own.push(0)
    let dueUs = seenUs + (law.delaysUs[at % law.delaysUs.length] ?? 0)
    if (law.freeze !== undefined && firstUs !== undefined) {
      const fromUs = firstUs + law.freeze.afterUs
      const toUs = fromUs + law.freeze.forUs
      if (dueUs > fromUs && dueUs < toUs) dueUs = toUs
    }
    if (law.togetherUs !== undefined) dueUs = Math.ceil(dueUs / law.togetherUs) * law.togetherUs
    wait({
      dueUs,
      leave: () => {
        own[at] = nowUs() - seenUs
        write()
      },
    })
  }

  let executions = 0
  const execution = () => {
    executions += 1
    return `"jobId":"law-${executions}","status":"IN_PROGRESS","queuedAt":1786000000,"startedAt":1786000042,"lastUpdatedAt":1786000042,"versionNumber":2,"executionNumber":1`
  }
  const published = (socket: Socket, body: Buffer) => {
    const topicEnd = 2 + body.readUInt16BE(0)
    const topic = body.toString('latin1', 2, topicEnd)
    const text = body.toString('latin1', topicEnd + 2)
    const token = /"clientToken":"[^"]*"/.exec(text)?.[0] ?? '"clientToken":""'
    const operation = topic.endsWith('/update') ? 'update' : 'start-next'
    socket.write(Buffer.from([0x40, 2, body[topicEnd] ?? 0, body[topicEnd + 1] ?? 0]))
    answerLater(operation, () => {
      const more = operation === 'update' ? '' : `,"execution":{${execution()},"jobDocument":{}}`
      const payload = `{${token},"timestamp":1786000042${more}}`
      const answerTopic = `${topic}/accepted`
      const bytes = 2 + answerTopic.length + payload.length
      const header = [
        ...[0x30, (bytes & 127) | 128, bytes >> 7],
        ...[answerTopic.length >> 8, answerTopic.length & 255],
      ]
      socket.write(Buffer.concat([Buffer.from(header), Buffer.from(answerTopic + payload)]))
    })
  }
  const hear = (socket: Socket, packet: Buffer, headerBytes: number) => {
    const body = packet.subarray(headerBytes)
    switch ((packet[0] ?? 0) >> 4) {
      case 1: // CONNECT
        return socket.write(Buffer.from([0x20, 2, 0, 0]))
      case 8: // SUBSCRIBE, with one filter
        return socket.write(Buffer.from([0x90, 3, body[0] ?? 0, body[1] ?? 0, 1]))
      case 12: // PINGREQ
        return socket.write(Buffer.from([0xd0, 0]))
      case 3: // PUBLISH at QoS 1
        return published(socket, body)
    }
  }
  const broker = net.createServer({ noDelay: true }, (socket) => {
    let received: Buffer = Buffer.alloc(0)
    socket.on('error', () => {})
    socket.on('data', (chunk: Buffer) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
      while (received.length >= 2) {
        const long = (received[1] ?? 0) > 127
        const headerBytes = long ? 3 : 2
        const length = ((received[1] ?? 0) & 127) + (long ? (received[2] ?? 0) * 128 : 0)
        if (received.length < headerBytes + length) break
        hear(socket, received.subarray(0, headerBytes + length), headerBytes)
        received = received.subarray(headerBytes + length)
      }
    })
  })
  const server = http.createServer({ keepAliveTimeout: 0 }, (request, response) => {
    request.resume()
    request.on('end', () => {
      const operation = request.method === 'PUT' ? 'start-next' : 'update'
      answerLater(operation, () => {
        const body =
          operation === 'update' ? '{}' : `{"execution":{${execution()},"jobDocument":"{}"}}`
        response.writeHead(200, { 'content-length': body.length }).end(body)
      })
    })
  })
  const portOf = (listening: { address(): unknown }) =>
    (listening.address() as { port: number }).port
  process.on('message', (message: Law | 'end') => {
    if (message === 'end') {
      const record = { delaysUs: given, loopDelayP99Ms: loop.percentile(99) / 1e6 - 5 }
      process.send?.(record, () => process.exit())
      return
    }
    law = message
    broker.listen(0, '127.0.0.1', () => {
      server.listen(0, '127.0.0.1', () => {
        loop.enable()
        process.send?.({ mqtt: portOf(broker), http: portOf(server) })
      })
    })
  })
  process.on('disconnect', () => process.exit())
}
