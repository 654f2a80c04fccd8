import { systemClock } from '../../src/clock/clock.ts'
import { ThingBook } from '../../src/ledger/thing-book.ts'
import { prepareRecorders } from '../../src/metrics/latency-recorder.ts'
import { ShardMeter } from '../../src/metrics/shard-meter.ts'
import type { Reply } from '../../src/protocol/jobs.ts'
import { Fleet } from '../../src/thing/fleet.ts'
import type { Link } from '../../src/transport/link.ts'
import { HTTP, MQTT, scenarioOf } from '../simulation/scenarios.ts'
import { type Loop, openLink } from './link-loops.ts'

/**
 * All that a run spends on an operation: the virtual thing with its draws, its link, every histogram
 * and counter, and the ledger. A closed loop without work or pause, held by keeping answers back.
 */
export class FleetLoop implements Loop {
  answers = 0
  readonly #fleet: Fleet
  readonly #link: Link
  readonly #meter = new ShardMeter()
  readonly #held: (() => void)[] = []
  #going = false
  #allReady = () => {}

  static async open(kind: 'mqtt' | 'http', port: number, size: number): Promise<FleetLoop> {
    await prepareRecorders()
    const loop = new FleetLoop(kind, port, size)
    await loop.#connectAll()
    return loop
  }

  private constructor(kind: 'mqtt' | 'http', port: number, size: number) {
    const scenario = scenarioOf({
      things: size,
      mix: [kind === 'mqtt' ? MQTT : HTTP],
      behaviour: { work: { medianUs: 0, p95Us: 0 }, updates: 0, stepTimeoutMinutes: 5 },
      load: { kind: 'loop', forUs: 3_600_000_000, pauseUs: 0, drainUs: 0 },
    })
    const book = new ThingBook(size, 0, 1)
    this.#link = openLink(kind, port, size, {
      handshake: (...told) => fleet.handshake(...told),
      connected: (...told) => this.#tell(() => fleet.connected(...told)),
      subscribed: (...told) => this.#tell(() => fleet.subscribed(...told)),
      sent: (...told) => fleet.sent(...told),
      answered: (thing, token, reply, nowUs) => this.#answered(thing, token, reply, nowUs),
      notified: (...told) => fleet.notified(...told),
      dropped(thing, cause) {
        throw new Error(`thing ${thing} was dropped: ${cause}`)
      },
    })
    const fleet = new Fleet({ scenario, shard: 0, shards: 1 }, this.#link, this.#meter, book)
    this.#fleet = fleet
  }

  async #connectAll(): Promise<void> {
    const all = new Promise<void>((resolve) => {
      this.#allReady = resolve
    })
    const nowUs = systemClock.nowUs()
    for (let slot = 0; slot < this.#fleet.size; slot++) this.#fleet.connect(slot, nowUs, nowUs)
    await all
  }

  #tell(event: () => void): void {
    event()
    if (this.#fleet.ready === this.#fleet.size) this.#allReady()
  }

  #answered(thing: number, token: number | undefined, reply: Reply, nowUs: number): void {
    this.answers += 1
    if (this.#going) this.#fleet.answered(thing, token, reply, nowUs)
    else this.#held.push(() => this.#fleet.answered(thing, token, reply, systemClock.nowUs()))
  }

  begin(): void {
    this.#going = true
    this.#fleet.begin(systemClock.nowUs())
    this.#fleet.advance(systemClock.nowUs())
    for (const release of this.#held.splice(0)) release()
  }

  pause(): void {
    this.#going = false
  }

  close(): void {
    this.#fleet.finish(systemClock.nowUs())
    this.#meter.destroy()
  }
}
