import { cpus } from 'node:os'
import { type MachineTimes, machineTimes } from '../../src/run/beside-monitor.ts'
import { benchLinks } from './links.ts'
import { readNs } from './memory-walk.ts'
import { benchService } from './service.ts'
import { benchOperation, benchStandIn } from './stand-in.ts'
import { benchThingSampler } from './thing-sampler.ts'
import { benchValidRate } from './valid-rate.ts'
import type { VirtualCost } from './virtual-cost.ts'
import { type VirtualCosts, virtualCost, virtualCosts } from './virtual-costs.ts'

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
    const { middle, all } = virtualCosts('harness', 100_000)
    heading('Virtual time, 100,000 things, thing core and service core on one core')
    row('events', whole(middle.events), `${middle.cpuSeconds.toFixed(2)} s of CPU`)
    row('a second', `${rate(middle)} events/s`, `of ${all.map(rate).join('; ')}`)
    row('a thing, service included', `${whole(middle.bytesPerThing)} bytes`)
  },
  'virtual-rollouts': async () => {
    heading('Simulations with meter, ledger and checks, 100,000 things unless said otherwise')
    const cost = (name: string, { seconds, events, cpuSeconds, virtualSeconds }: VirtualCost) =>
      row(
        name,
        `${seconds.toFixed(2)} s, ${cpuSeconds.toFixed(2)} s of CPU`,
        `${whole(events)} events, ${(virtualSeconds / 60).toFixed(1)} virtual minutes`,
      )
    const costs = (name: string, { middle, all }: VirtualCosts) => {
      cost(name, middle)
      row('', 'the middle of', `${all.map(({ seconds }) => seconds.toFixed(2)).join('; ')} s`)
    }
    const few = virtualCosts('paced', 10_000)
    const many = virtualCosts('paced', 100_000)
    costs('rollout at 1,000 a minute', many)
    const timesAsMuch = ratio(many.middle.cpuSeconds, few.middle.cpuSeconds)
    row('the same, 10,000 things', timesAsMuch, 'ten times the things')
    costs('rollout all at once', virtualCosts('burst', 100_000))
    const spread = virtualCost('spread', 1_000_000)
    cost('1,000,000 things, spread', spread)
    row('', `${rate(spread)} events/s`, 'of wall time')
    row('', `${whole(spread.bytesPerThing)} bytes a thing`, 'service included')
    for (const kind of ['step', 'in-progress'] as const) {
      const weeks = virtualCosts(`${kind}-weeks`, 10_000)
      costs(`${kind} timers of 7 days, 10,000`, weeks)
      row('', `${whole(weeks.middle.timedOut)} timed out`)
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

const READS = 'a read in 16 KiB, 1 MiB, 64 MiB'

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
  if (wanted.length > 0 && !wanted.includes(name)) continue
  const before = readNs()
  const times = machineTimes()
  await part()
  const stolen = stolenSince(times)
  row('the machine, before and after', `${each(before)} ns`, `${each(readNs())} ns: ${READS}`)
  row('', stolen, 'of its processor taken by the host meanwhile')
}
process.exit(0)

function stolenSince(before: MachineTimes | undefined): string {
  const after = machineTimes()
  if (before === undefined || after === undefined || after.total === before.total)
    return 'not known'
  const share = (after.stolen - before.stolen) / (after.total - before.total)
  return `${(100 * share).toFixed(1)}%`
}

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

function rate({ events, seconds }: VirtualCost): string {
  return whole(events / seconds)
}

function each(values: readonly number[]): string {
  return values.map((value) => value.toFixed(1)).join(', ')
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en')
}
