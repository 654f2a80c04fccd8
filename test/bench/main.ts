import { cpus } from 'node:os'
import { benchLinks } from './links.ts'
import { benchService } from './service.ts'
import { benchOperation, benchStandIn } from './stand-in.ts'
import { benchThingSampler } from './thing-sampler.ts'
import { benchValidRate } from './valid-rate.ts'
import { benchVirtual } from './virtual.ts'
import {
  benchBurstRollout,
  benchPacedRollout,
  benchSpread,
  benchWeeks,
  type VirtualCost,
} from './virtual-rollouts.ts'

/** `npm run bench [-- part …]`: each part in one run on this machine. Ratios travel, seconds do not. */
const PARTS: Record<string, () => Promise<void>> = {
  links: async () => {
    const { mqttUs, httpUs, autocannonUs, connectSeconds, idleMqttThingKiB } = await benchLinks()
    heading('CPU of an operation; plain is a loop on the same library doing the same exchange')
    for (const [name, cost] of Object.entries({ mqtt: mqttUs, http: httpUs })) {
      row(`${name}: plain loop`, us(cost.plain))
      row(`${name}: link alone`, us(cost.link), ratio(cost.link, cost.plain))
      row(`${name}: all of a run`, us(cost.fleet), ratio(cost.fleet, cost.plain))
    }
    row('http: autocannon', us(autocannonUs), ratio(autocannonUs, httpUs.plain))
    heading('Connected MQTT things that are idle')
    row('memory a thing', `${idleMqttThingKiB.toFixed(1)} KiB`, 'RSS slope, 1,000 to 5,000')
    row('connect, subscribe 5,000', `${connectSeconds.toFixed(2)} s`, '100 at a time')
  },
  'stand-in': async () => {
    const { mqttPerSecond, httpPerSecond } = await benchStandIn()
    heading('Stand-in, one core, 1,000 clients, quotas off')
    row('over mqtt', `${whole(mqttPerSecond)} operations/s`)
    row('over http', `${whole(httpPerSecond)} operations/s`)
  },
  service: async () => {
    const { createMs, bytesPerExecution, ...cost } = benchService()
    heading('Core of the service, a job for 100,000 things of one group at 1,000 a minute')
    row('CreateJob', `${createMs.toFixed(1)} ms`)
    row('an execution', `${whole(bytesPerExecution)} bytes`)
    row('operation, 100 things', us(cost.operationUsWithFew))
    const { operationUsWithMany: many, operationUsWithFew: few } = cost
    row('operation, 100,000 things', us(many), ratio(many, few))
    const { fewUs, manyUs } = await benchOperation()
    heading('An operation of a device over HTTP, CPU of the whole stand-in, 100 clients')
    row('100 things', us(fewUs))
    row('100,000 things', us(manyUs), ratio(manyUs, fewUs))
  },
  'valid-rate': async () => {
    const { things, workers, claim, startsPerSecond } = await benchValidRate()
    heading(
      `Measured and valid: ${whole(things)} things, half MQTT half HTTP, ${workers} worker(s)`,
    )
    const lag = claim.lagP99Ms === null ? 'no lag' : `lag p99 ${claim.lagP99Ms.toFixed(2)} ms`
    const dropped = `${claim.dropped} dropped`
    row(
      '1,000 starts/s for 60 s',
      claim.valid ? 'valid' : `void: ${claim.broken}`,
      `${lag}, ${dropped}`,
    )
    row('highest valid rate', `${whole(startsPerSecond)} starts/s`, 'for 10 s each')
  },
  virtual: async () => {
    const { events, cpuSeconds, eventsPerSecond, bytesPerThing } = await benchVirtual()
    heading('Virtual time, 100,000 things, thing core and service core on one core')
    row('events', whole(events), `${cpuSeconds.toFixed(2)} s of CPU`)
    row('a second', `${whole(eventsPerSecond)} events/s`)
    row('a thing, service included', `${whole(bytesPerThing)} bytes`)
  },
  'virtual-rollouts': async () => {
    heading('Simulations with meter, ledger and checks, 100,000 things unless said otherwise')
    const cost = (name: string, { seconds, events, cpuSeconds, virtualSeconds }: VirtualCost) =>
      row(
        name,
        `${seconds.toFixed(2)} s, ${cpuSeconds.toFixed(2)} s of CPU`,
        `${whole(events)} events, ${(virtualSeconds / 60).toFixed(1)} virtual minutes`,
      )
    const few = await benchPacedRollout(10_000)
    const many = await benchPacedRollout(100_000)
    cost('rollout at 1,000 a minute', many)
    row('the same, 10,000 things', ratio(many.cpuSeconds, few.cpuSeconds), 'ten times the things')
    cost('rollout all at once', await benchBurstRollout(100_000))
    const spread = await benchSpread(1_000_000)
    cost('1,000,000 things, spread', spread)
    row('', `${whole(spread.events / spread.seconds)} events/s`, 'of wall time')
    row('', `${whole(spread.bytesPerThing)} bytes a thing`, 'service included')
    for (const kind of ['step', 'in-progress'] as const) {
      const weeks = await benchWeeks(kind, 10_000)
      cost(`${kind} timers of 7 days, 10,000`, weeks)
      row('', `${whole(weeks.timedOut)} timed out`)
    }
  },
  timelines: async () => {
    const { nsAnEvent, usARound, bytesAThing, bytesABusyThing } = benchThingSampler()
    heading('Timelines of single things, 10,000 things, nothing worth keeping')
    row('an event', `${nsAnEvent.toFixed(0)} ns`)
    row('a start with 3 requests', us(usARound), '11 events')
    row('a thing, a busy thing', `${whole(bytesAThing)}, ${whole(bytesABusyThing)} bytes`)
  },
}

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => PARTS[name] === undefined)
if (unknown.length > 0) {
  process.stderr.write(`There is no part ${unknown.join(', ')}; there are ${Object.keys(PARTS)}.\n`)
  process.exit(2)
}
const [cpu] = cpus()
process.stdout.write(
  `${new Date().toISOString().slice(0, 10)}, ${cpus().length} × ${cpu?.model ?? 'unknown CPU'}, node ${process.version}\n`,
)
for (const [name, part] of Object.entries(PARTS)) {
  if (wanted.length === 0 || wanted.includes(name)) await part()
}
process.exit(0)

function heading(text: string): void {
  process.stdout.write(`\n${text}\n`)
}

function row(name: string, value: string, more = ''): void {
  process.stdout.write(`  ${name.padEnd(30)} ${value.padEnd(28)} ${more}\n`)
}

function us(value: number): string {
  return `${value.toFixed(1)} µs`
}

function ratio(ours: number, plain: number): string {
  return `ratio ${(ours / plain).toFixed(2)}`
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en')
}
