import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { LinkLoop, type Loop, openLink, PlainMqtt, PlainUndici } from './link-loops.ts'
import { StubService } from './stub-service.ts'

const CLIENTS = 100
const ROUNDS = 5
const WARM_UP_MS = 2_000
const ROUND_MS = 1_500
const FEW_THINGS = 1_000
const MANY_THINGS = 5_000
/** Connecting at once, so that no backlog overflows. */
const BATCH = 100

export interface LinksBench {
  /** CPU of this process an answered request, microseconds; the median of several rounds. */
  readonly mqttUs: { readonly link: number; readonly plain: number }
  readonly httpUs: { readonly link: number; readonly plain: number }
  /** Of resident memory, from 1,000 to 5,000 things, connected, subscribed and idle. */
  readonly idleMqttThingKiB: number
}

/**
 * What our links cost beside a plain loop of the same library, and what an idle MQTT thing weighs.
 * One stub for all, in a process of its own; the rounds of two loops alternate, so that a busy machine
 * is busy for both.
 */
export async function benchLinks(): Promise<LinksBench> {
  const stub = await StubService.start()
  const { mqttPort, httpPort } = stub.addresses
  try {
    // Memory first, on a heap that nobody has stretched yet.
    const idleMqttThingKiB = await idleKiB(mqttPort)
    const mqttUs = await compare(
      await LinkLoop.open('mqtt', mqttPort, CLIENTS),
      await PlainMqtt.open(mqttPort, CLIENTS),
    )
    const httpUs = await compare(
      await LinkLoop.open('http', httpPort, CLIENTS),
      PlainUndici.open(httpPort, CLIENTS),
    )
    return { mqttUs, httpUs, idleMqttThingKiB }
  } finally {
    await stub.end()
  }
}

async function compare(link: Loop, plain: Loop): Promise<{ link: number; plain: number }> {
  const costs = { link: [] as number[], plain: [] as number[] }
  await costUs(link, WARM_UP_MS)
  await costUs(plain, WARM_UP_MS)
  for (let round = 0; round < ROUNDS; round++) {
    costs.link.push(await costUs(link, ROUND_MS))
    costs.plain.push(await costUs(plain, ROUND_MS))
  }
  link.close()
  plain.close()
  return { link: median(costs.link), plain: median(costs.plain) }
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

async function idleKiB(mqttPort: number): Promise<number> {
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
  await connectUpTo(FEW_THINGS)
  const few = await settledRss()
  await connectUpTo(MANY_THINGS)
  const many = await settledRss()
  for (let thing = 0; thing < MANY_THINGS; thing++) link.close(thing)
  await sleep(500)
  return (many - few) / (MANY_THINGS - FEW_THINGS) / 1_024
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
