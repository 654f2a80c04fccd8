import { cpus } from 'node:os'
import { benchLinks } from './links.ts'
import { benchStandIn } from './stand-in.ts'
import { benchVirtual } from './virtual.ts'

/** `npm run bench [-- part …]`: each part in one run on this machine. Ratios travel, seconds do not. */
const PARTS: Record<string, () => Promise<void>> = {
  links: async () => {
    const { mqttUs, httpUs, idleMqttThingKiB } = await benchLinks()
    heading('CPU of an operation, beside a plain loop on the same library and the same stub')
    row('mqtt: link, plain', `${us(mqttUs.link)}, ${us(mqttUs.plain)}`, ratio(mqttUs))
    row('http: link, plain undici', `${us(httpUs.link)}, ${us(httpUs.plain)}`, ratio(httpUs))
    heading('Memory of an idle, connected MQTT thing (RSS slope, 1,000 to 5,000 things)')
    row('a thing', `${idleMqttThingKiB.toFixed(1)} KiB`)
  },
  'stand-in': async () => {
    const { mqttPerSecond, httpPerSecond } = await benchStandIn()
    heading('Stand-in, one core, 1,000 clients, quotas off')
    row('over mqtt', `${whole(mqttPerSecond)} operations/s`)
    row('over http', `${whole(httpPerSecond)} operations/s`)
  },
  virtual: async () => {
    const { events, cpuSeconds, eventsPerSecond, bytesPerThing } = await benchVirtual()
    heading('Virtual time, 100,000 things, thing core and service core on one core')
    row('events', whole(events), `${cpuSeconds.toFixed(2)} s of CPU`)
    row('a second', `${whole(eventsPerSecond)} events/s`)
    row('a thing, service included', `${whole(bytesPerThing)} bytes`)
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

function ratio({ link, plain }: { link: number; plain: number }): string {
  return `ratio ${(link / plain).toFixed(2)}`
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en')
}
