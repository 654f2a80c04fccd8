import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import autocannon from 'autocannon'
import { withNullTarget } from '../../src/cli/calibration.ts'
import { FleetLoop } from './fleet-loop.ts'
import { LinkLoop, type Loop, openLink, PlainMqtt, PlainUndici } from './link-loops.ts'

const CLIENTS = 100
const ROUNDS = 5
const WARM_UP_MS = 2_000
const ROUND_MS = 1_500
const FEW_THINGS = 1_000
const MANY_THINGS = 5_000
/** Connecting at once, so that no backlog overflows. */
const BATCH = 100

/** CPU of this process an answered request, microseconds; the median of several rounds. */
export interface CostUs {
  /** Everything a run does for it: thing, link, histograms, ledger. */
  readonly fleet: number
  readonly link: number
  /** A loop on the same library that does the same exchange and nothing else. */
  readonly plain: number
}

export interface LinksBench {
  readonly mqttUs: CostUs
  readonly httpUs: CostUs
  /** The same HTTP exchange by autocannon, for reference. */
  readonly autocannonUs: number
  /** From the first CONNECT to the last SUBACK of 5,000 things, 100 at a time. */
  readonly connectSeconds: number
  /** Of resident memory, from 1,000 to 5,000 things, connected, subscribed and idle. */
  readonly idleMqttThingKiB: number
}

/**
 * What our links cost beside a plain loop of the same library, and what an idle MQTT thing weighs.
 * One target for all, in a process of its own; the rounds of the loops alternate, so that a busy
 * machine is busy for each.
 */
export function benchLinks(): Promise<LinksBench> {
  return withNullTarget(async (targets) => {
    const [mqttPort = 0, httpPort = 0] = targets.map((url) => Number(new URL(url).port))
    // Memory first, on a heap that nobody has stretched yet.
    const { idleMqttThingKiB, connectSeconds } = await idleThings(mqttPort)
    const mqttUs = await compare({
      fleet: await FleetLoop.open('mqtt', mqttPort, CLIENTS),
      link: await LinkLoop.open('mqtt', mqttPort, CLIENTS),
      plain: await PlainMqtt.open(mqttPort, CLIENTS),
    })
    const httpUs = await compare({
      fleet: await FleetLoop.open('http', httpPort, CLIENTS),
      link: await LinkLoop.open('http', httpPort, CLIENTS),
      plain: PlainUndici.open(httpPort, CLIENTS),
    })
    const autocannonUs = await autocannonCost(httpPort)
    return { mqttUs, httpUs, autocannonUs, connectSeconds, idleMqttThingKiB }
  })
}

async function compare(loops: Record<keyof CostUs, Loop>): Promise<CostUs> {
  const names = ['fleet', 'link', 'plain'] as const
  const costs = { fleet: [] as number[], link: [] as number[], plain: [] as number[] }
  for (const name of names) await costUs(loops[name], WARM_UP_MS)
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of names) costs[name].push(await costUs(loops[name], ROUND_MS))
  }
  for (const name of names) loops[name].close()
  return { fleet: median(costs.fleet), link: median(costs.link), plain: median(costs.plain) }
}

async function autocannonCost(port: number): Promise<number> {
  const used = process.cpuUsage()
  const { requests } = await autocannon({
    url: `http://127.0.0.1:${port}/things/plain-0/jobs/$next`,
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ stepTimeoutInMinutes: 5 }),
    connections: CLIENTS,
    duration: 5,
  })
  const { user, system } = process.cpuUsage(used)
  return (user + system) / requests.total
}

async function costUs(loop: Loop, durationMs: number): Promise<number> {
  const before = loop.answers
  const used = process.cpuUsage()
  loop.begin()
  await sleep(durationMs)
  loop.pause()
  await sleep(100) // The last answers.
  const { user, system } = process.cpuUsage(used)
  return (user + system) / (loop.answers - before)
}

function median(values: number[]): number {
  return values.sort((one, other) => one - other)[values.length >> 1] ?? Number.NaN
}

async function idleThings(
  mqttPort: number,
): Promise<Pick<LinksBench, 'idleMqttThingKiB' | 'connectSeconds'>> {
  let subscribed = 0
  let arrived = () => {}
  const link = openLink('mqtt', mqttPort, MANY_THINGS, {
    handshake() {},
    connected: (thing) => link.subscribe(thing),
    subscribed() {
      subscribed += 1
      arrived()
    },
    sent() {},
    answered() {},
    notified() {},
    dropped(thing, cause) {
      throw new Error(`thing ${thing} was dropped: ${cause}`)
    },
  })
  const connectUpTo = async (things: number) => {
    for (let at = subscribed; at < things; at += BATCH) {
      const all = new Promise<void>((resolve) => {
        arrived = () => subscribed >= at + BATCH && resolve()
      })
      for (let thing = at; thing < at + BATCH; thing++) link.connect(thing)
      await all
    }
  }
  const beganMs = performance.now()
  await connectUpTo(FEW_THINGS)
  let connectMs = performance.now() - beganMs
  const few = await settledRss()
  const againMs = performance.now()
  await connectUpTo(MANY_THINGS)
  connectMs += performance.now() - againMs
  const many = await settledRss()
  for (let thing = 0; thing < MANY_THINGS; thing++) link.close(thing)
  await sleep(500)
  const idleMqttThingKiB = (many - few) / (MANY_THINGS - FEW_THINGS) / 1_024
  return { idleMqttThingKiB, connectSeconds: connectMs / 1e3 }
}

/** Resident memory once the garbage is gone. */
async function settledRss(): Promise<number> {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  for (let time = 0; time < 5; time++) {
    collect()
    await sleep(200)
  }
  return process.memoryUsage.rss()
}
