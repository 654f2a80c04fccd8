import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Readable, Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { StandInSettings } from '../../src/protocol/admin.ts'

const CLIENTS = 1_000
const FEW = 100
const MANY = 100_000
const WARM_UP_MS = 2_000
const MEASURED_MS = 5_000
/** Prime to all numbers of things: no two neighbours after each other. */
const STRIDE = 7_919

/** Plain numbers: quotas of Infinity do not pass through JSON. */
const SETTINGS = {
  seed: 1,
  namePrefix: 'thing-',
  latency: { medianUs: 0, p99Us: 0 },
  minuteUs: 60_000_000,
  faults: [],
} satisfies Partial<StandInSettings>

/** The stand-in in a process of its own, as built beside the bench. It ends with its standard input. */
const childFor = (things: number) => `
import { startStandIn } from ${JSON.stringify(new URL('../../src/service/stand-in.js', import.meta.url).href)}
import { UNLIMITED_QUOTAS } from ${JSON.stringify(new URL('../../src/protocol/quotas.js', import.meta.url).href)}
const jobs = [{ id: 'bench', documentText: '{"operation":"install"}', perThing: Infinity }]
const settings = { ...${JSON.stringify({ ...SETTINGS, things })}, quotas: UNLIMITED_QUOTAS, jobs }
const standIn = await startStandIn(settings, { host: '127.0.0.1', mqttPort: 0, httpPort: 0 })
standIn.begin()
console.log(JSON.stringify(standIn.addresses))
process.stdin.on('data', () => console.log(JSON.stringify(process.cpuUsage())))
process.stdin.on('end', () => standIn.close())
`

export interface StandInBench {
  /** Answers a second of wall time. */
  readonly mqttPerSecond: number
  readonly httpPerSecond: number
  /** Answers for each second of CPU time that the stand-in used: says the same on a busy machine. */
  readonly mqttPerCpuSecond: number
  readonly httpPerCpuSecond: number
}

/**
 * How many operations a second the stand-in answers with 1,000 clients, each of which starts and
 * finishes executions of an endless job without a pause. The load comes from the calling process.
 */
export async function benchStandIn(): Promise<StandInBench> {
  const mqtt = await measured('mqtt', mqttWorker)
  const http = await measured('http', httpWorker)
  return {
    mqttPerSecond: mqtt.perSecond,
    httpPerSecond: http.perSecond,
    mqttPerCpuSecond: mqtt.perCpuSecond,
    httpPerCpuSecond: http.perCpuSecond,
  }
}

/**
 * What an operation of a device costs the stand-in over HTTP, in microseconds of its CPU, with many
 * things and with few, for the same 100 clients. By turns, so that neither has the better moment.
 */
export async function benchOperation(): Promise<{ fewUs: number; manyUs: number }> {
  const [few, many] = [await Child.fork(FEW), await Child.fork(MANY)]
  const costs = { few: [] as number[], many: [] as number[] }
  try {
    for (let turn = 0; turn < 3; turn++) {
      costs.few.push(await operationUs(few, FEW))
      costs.many.push(await operationUs(many, MANY))
    }
  } finally {
    await Promise.all([few.end(), many.end()])
  }
  const median = (values: number[]) => values.sort((one, other) => one - other)[1] ?? Number.NaN
  return { fewUs: median(costs.few), manyUs: median(costs.many) }
}

async function operationUs(child: Child, things: number): Promise<number> {
  const settings = { clients: FEW, things, worker: httpWorker }
  const { perCpuSecond } = await measure(child, child.addresses.http, settings)
  return 1e6 / perCpuSecond
}

/** Each in a process of its own, so that one does not inherit the other's heap. */
async function measured(transport: 'mqtt' | 'http', worker: Worker) {
  const child = await Child.fork(CLIENTS)
  try {
    const settings = { clients: CLIENTS, things: CLIENTS, worker }
    return await measure(child, child.addresses[transport], settings)
  } finally {
    await child.end()
  }
}

class Child {
  readonly addresses: { readonly mqtt: string; readonly http: string }
  readonly #process: ChildProcessByStdio<Writable, Readable, null>

  private constructor(
    process: ChildProcessByStdio<Writable, Readable, null>,
    addresses: Child['addresses'],
  ) {
    this.#process = process
    this.addresses = addresses
  }

  /** @param things how many the stand-in knows, each with an endless row of jobs. */
  static async fork(things: number): Promise<Child> {
    // SHAKEDOWN_BENCH_NODE takes options such as --cpu-prof.
    const options = process.env.SHAKEDOWN_BENCH_NODE?.split(' ') ?? []
    const child = spawn(
      process.execPath,
      [...options, '--input-type=module', '--eval', childFor(things)],
      {
        stdio: ['pipe', 'pipe', 'inherit'],
        cwd: fileURLToPath(new URL('../..', import.meta.url)),
      },
    )
    return new Child(child, JSON.parse(await nextLine(child.stdout)))
  }

  async cpuSeconds(): Promise<number> {
    this.#process.stdin.write('cpu')
    const { user, system } = JSON.parse(await nextLine(this.#process.stdout))
    return (user + system) / 1e6
  }

  async end(): Promise<void> {
    this.#process.stdin.end()
    if (this.#process.exitCode === null) await once(this.#process, 'exit')
  }
}

/** The child writes one short line at a time. */
async function nextLine(stream: Readable): Promise<string> {
  const [chunk] = (await once(stream, 'data')) as [Buffer]
  return chunk.toString()
}

/** Answers so far. */
interface Tally {
  answers: number
}

/** Takes over a connected socket and works until it is closed, an execution of each next thing. */
type Worker = (socket: Socket, nextThing: () => number, tally: Tally) => void

interface Measure {
  readonly clients: number
  /** The clients go round all of them together. */
  readonly things: number
  readonly worker: Worker
}

async function measure(child: Child, address: string, { clients, things, worker }: Measure) {
  const { hostname, port } = new URL(address)
  const tally: Tally = { answers: 0 }
  const sockets: Socket[] = []
  for (let client = 0; client < clients; client++) {
    let thing = client - clients
    const nextThing = () => {
      thing += clients
      return (thing * STRIDE) % things
    }
    const socket = connect({ host: hostname, port: Number(port), noDelay: true })
    await once(socket, 'connect')
    sockets.push(socket)
    worker(socket, nextThing, tally)
  }
  await sleep(WARM_UP_MS)
  const usedBefore = await child.cpuSeconds()
  const before = tally.answers
  const beganMs = performance.now()
  await sleep(MEASURED_MS)
  const answers = tally.answers - before
  const seconds = (performance.now() - beganMs) / 1_000
  const usedSeconds = (await child.cpuSeconds()) - usedBefore
  for (const socket of sockets) socket.destroy()
  return {
    perSecond: Math.round(answers / seconds),
    perCpuSecond: Math.round(answers / usedSeconds),
  }
}

/** Written by hand, so that the load costs less than what it measures. */
function mqttWorker(socket: Socket, nextThing: () => number, tally: Tally): void {
  const thing = nextThing()
  const prefix = `$aws/things/thing-${thing}/jobs/`
  const startNext = publishPacket(`${prefix}start-next`, '{"clientToken":"s"}')
  let received: Buffer = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
    for (;;) {
      const end = packetEnd(received)
      if (end === undefined) return
      const packet = received.subarray(0, end)
      received = received.subarray(end)
      const type = (packet[0] ?? 0) >> 4
      if (type === 2) socket.write(startNext)
      if (type !== 3) continue
      tally.answers += 1
      const text = packet.toString('latin1')
      const jobId = /start-next\/accepted.*"jobId":"([^"]+)"/s.exec(text)?.[1]
      if (text.includes('/rejected')) throw new Error(`rejected: ${text}`)
      if (jobId === undefined) socket.write(startNext)
      else socket.write(publishPacket(`${prefix}${jobId}/update`, '{"status":"SUCCEEDED"}'))
    }
  })
  socket.write(connectPacket(`thing-${thing}`))
}

/** Where the first packet ends; undefined while it is not whole. */
function packetEnd(bytes: Buffer): number | undefined {
  let length = 0
  for (let at = 1; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0
    length += (byte & 0x7f) << (7 * (at - 1))
    if (byte < 0x80) return bytes.length >= at + 1 + length ? at + 1 + length : undefined
  }
  return undefined
}

function connectPacket(clientId: string): Buffer {
  const body = Buffer.concat([
    ...[text16('MQTT'), Buffer.from([4, 2, 0x04, 0xb0])],
    text16(clientId),
  ])
  return Buffer.concat([Buffer.from([0x10, body.length]), body])
}

/** QoS 1, as the profile `ideal` sends it. */
function publishPacket(topic: string, payload: string): Buffer {
  const body = Buffer.concat([text16(topic), Buffer.from([0, 1]), Buffer.from(payload)])
  const length = body.length < 128 ? [body.length] : [(body.length & 0x7f) | 0x80, body.length >> 7]
  return Buffer.concat([Buffer.from([0x32, ...length]), body])
}

function text16(text: string): Buffer {
  const bytes = Buffer.from(text)
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes])
}

function httpWorker(socket: Socket, nextThing: () => number, tally: Tally): void {
  let thing = nextThing()
  const request = (method: string, last: string, body: string) =>
    `${method} /things/thing-${thing}/jobs/${last} HTTP/1.1\r\nHost: 127.0.0.1\r\n` +
    `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
  const startNext = () => request('PUT', '$next', '{}')
  let received = ''
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString('latin1')
    const bodyAt = received.indexOf('\r\n\r\n') + 4
    if (bodyAt < 4) return
    const length = Number(/content-length: (\d+)/i.exec(received)?.[1])
    if (received.length < bodyAt + length) return
    if (!received.startsWith('HTTP/1.1 200')) throw new Error(`refused: ${received}`)
    tally.answers += 1
    const jobId = /"jobId":"([^"]+)"/.exec(received)?.[1]
    received = received.slice(bodyAt + length)
    if (jobId === undefined) {
      thing = nextThing()
      socket.write(startNext())
    } else socket.write(request('POST', jobId, '{"status":"SUCCEEDED"}'))
  })
  socket.write(startNext())
}
