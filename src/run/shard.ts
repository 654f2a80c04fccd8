import type { Clock } from '../clock/clock.ts'
import { Wake } from '../clock/wake.ts'
import { ThingBook } from '../ledger/thing-book.ts'
import { ShardMeter } from '../metrics/shard-meter.ts'
import { ThingSampler } from '../metrics/thing-sampler.ts'
import type { JobsNotification, Reply } from '../protocol/jobs.ts'
import { TimelineWriter } from '../results/timeline-writer.ts'
import { thingsInShard } from '../scenario/arrivals.ts'
import { Fleet } from '../thing/fleet.ts'
import { Inbox } from '../transport/inbox.ts'
import type { Link, LinkSink } from '../transport/link.ts'
import { ChosenThingsBook } from './chosen-things.ts'
import { fleetLinks } from './fleet-links.ts'
import { IntervalWriter } from './interval-writer.ts'
import { type LoadDriver, loadDriver } from './load-driver.ts'
import type { FromShard, ShardProgress, ShardResult, ShardTask, ToShard } from './messages.ts'

/**
 * One worker's share of the fleet: its things, their links, its plan, and the one pacer that releases
 * whatever is due. It decides nothing about a thing and nothing about a number; it passes on.
 */
export class Shard implements LinkSink {
  readonly #task: ShardTask
  readonly #clock: Clock
  readonly #fleet: Fleet
  readonly #links: Link
  readonly #meter = new ShardMeter()
  readonly #book: ThingBook
  readonly #intervals: IntervalWriter
  readonly #timelines: TimelineWriter
  readonly #load: LoadDriver
  readonly #wake: Wake
  #nextToConnect = 0
  /** When the first thing of the fleet begins to connect. */
  #connectFromUs = Number.POSITIVE_INFINITY
  #toldReady = false
  #t0Us: number | undefined
  #drainEndsUs: number | undefined
  #lastAnswerUs: number
  #armedUs = Number.POSITIVE_INFINITY
  #finished = false
  #settle: (result: ShardResult) => void = () => {}
  #refuse: (error: unknown) => void = () => {}
  /** Settles when the shard's part of the run is over; rejects when it cannot be written down. */
  readonly result = new Promise<ShardResult>((resolve, reject) => {
    this.#settle = resolve
    this.#refuse = reject
  })

  constructor(task: ShardTask, clock: Clock) {
    const { scenario, shard, shards, things } = task
    this.#task = task
    this.#clock = clock
    const effects: Link = {
      connect: (thing) => this.#links.connect(thing),
      subscribe: (thing) => this.#links.subscribe(thing),
      send: (thing, operation, token, request) =>
        this.#links.send(thing, operation, token, request),
      cancel: (thing, token) => this.#links.cancel(thing, token),
      close: (thing) => this.#links.close(thing),
    }
    const chosen = things && new ChosenThingsBook(things, scenario.fleet.things)
    const size = things?.length ?? thingsInShard(scenario.fleet.things, shard, shards)
    this.#book = chosen?.whole ?? new ThingBook(size, shard, shards)
    const book = chosen ?? this.#book
    const sampler = new ThingSampler(size, { keepsAll: things !== undefined })
    const settings = { scenario, shard, shards, things }
    this.#fleet = new Fleet(settings, effects, this.#meter, book, sampler)
    this.#timelines = new TimelineWriter(
      { folder: task.folder, worker: shard, zeroUs: task.runStartUs },
      this.#fleet,
      sampler,
    )
    const inbox = new Inbox(clock)
    this.#links = fleetLinks(task, this.#fleet, clock, inbox, this)
    this.#load = loadDriver(task, this.#fleet)
    const events = {
      written: (report: ShardProgress) => {
        this.#writeTimelines(false)
        this.#tell({ kind: 'interval', ...report })
      },
      failed: (error: unknown) => this.#fail(error),
    }
    const waitedUs = () => inbox.waitedUs()
    this.#intervals = new IntervalWriter(task, this.#meter, this.#fleet, events, waitedUs)
    this.#lastAnswerUs = task.runStartUs
    this.#wake = new Wake(clock, (nowUs) => this.#tick(nowUs))
    task.port.on('message', (message: ToShard) => this.#hear(message))
    this.#tell({ kind: 'up', shard })
    this.#tick(clock.nowUs())
  }

  #hear(message: ToShard): void {
    const nowUs = this.#clock.nowUs()
    switch (message.kind) {
      case 'connect':
        this.#connectFromUs = message.fromUs
        break
      case 'begin':
        this.#t0Us = message.t0Us
        this.#intervals.begin(message.t0Us)
        break
      case 'stop':
        this.#drain(nowUs)
        break
      case 'stop-now':
        this.#finish(nowUs)
        return
      default:
        message satisfies never
    }
    this.#tick(nowUs)
  }

  /** Everything whose time has come, in one pass, then sleep until the next. */
  #tick(nowUs: number): void {
    if (this.#finished) return
    this.#armedUs = Number.POSITIVE_INFINITY
    // The interval first: what happens from here on belongs to the next one.
    this.#intervals.advance(nowUs)
    if (this.#finished) return
    this.#connectDue(nowUs)
    if (this.#t0Us !== undefined && nowUs >= this.#t0Us && this.#drainEndsUs === undefined) {
      this.#load.release(this.#t0Us, nowUs)
      if (this.#load.isOver(this.#t0Us, nowUs)) this.#drain(nowUs)
      if (this.#finished) return
    }
    this.#fleet.advance(nowUs)
    this.#look(nowUs)
  }

  /** After any event: is everybody there, is it over, and when is the next thing due. */
  #look(nowUs: number): void {
    if (this.#finished) return
    if (!this.#toldReady && this.#fleet.ready === this.#fleet.size) {
      this.#toldReady = true
      this.#tell({ kind: 'ready', shard: this.#task.shard })
    }
    if (this.#drainEndsUs !== undefined && this.#isDone(nowUs)) {
      this.#finish(nowUs)
      return
    }
    const nextUs = Math.min(this.#fleet.nextUs(), this.#nextPacedUs(), this.#intervals.nextUs)
    if (nextUs >= this.#armedUs) return
    this.#armedUs = nextUs
    this.#wake.at(nextUs)
  }

  #isDone(nowUs: number): boolean {
    const inHand = this.#fleet.busy + this.#fleet.openRequests
    return inHand === 0 || nowUs >= (this.#drainEndsUs ?? Number.POSITIVE_INFINITY)
  }

  #nextPacedUs(): number {
    if (this.#drainEndsUs !== undefined) return this.#drainEndsUs
    const connectUs =
      this.#nextToConnect < this.#fleet.size
        ? this.#connectDueUs(this.#nextToConnect)
        : Number.POSITIVE_INFINITY
    if (this.#t0Us === undefined) return connectUs
    return Math.min(connectUs, this.#load.nextUs(this.#t0Us))
  }

  #connectDue(nowUs: number): void {
    for (; this.#nextToConnect < this.#fleet.size; this.#nextToConnect++) {
      const dueUs = this.#connectDueUs(this.#nextToConnect)
      if (dueUs > nowUs) return
      this.#fleet.connect(this.#nextToConnect, dueUs, nowUs)
    }
  }

  /** The fleet connects in the order of its things, whatever the number of shards. */
  #connectDueUs(slot: number): number {
    const { scenario, things } = this.#task
    const { ratePerSecond } = scenario.fleet.connect
    const place = things === undefined ? this.#fleet.globalOf(slot) : slot
    const afterUs = Math.round((place * 1e6) / ratePerSecond)
    return this.#connectFromUs + afterUs
  }

  #drain(nowUs: number): void {
    if (this.#drainEndsUs !== undefined) return
    this.#drainEndsUs = nowUs + this.#task.scenario.load.drainUs
    this.#nextToConnect = this.#fleet.size
    this.#fleet.drain()
    this.#intervals.drain(nowUs)
  }

  #finish(nowUs: number): void {
    if (this.#finished) return
    this.#finished = true
    this.#wake.close()
    this.#fleet.finish(nowUs)
    this.#intervals.close(nowUs)
    this.#writeTimelines(true)
    this.#task.port.close()
    this.#settle({
      shard: this.#task.shard,
      things: this.#book.handOver(),
      neverConnected: this.#fleet.size - this.#fleet.ready,
      lastAnswerMs: (this.#lastAnswerUs - this.#task.runStartUs) / 1e3,
      counters: this.#meter.totals(),
    })
  }

  #writeTimelines(isLast: boolean): void {
    try {
      this.#timelines.write(isLast)
    } catch (error) {
      this.#fail(error)
    }
  }

  /** What is measured from here on could not be kept, so nothing more is done. */
  #fail(error: unknown): void {
    this.#refuse(error)
    if (this.#finished) return
    this.#finished = true
    this.#wake.close()
    this.#fleet.finish(this.#clock.nowUs())
    this.#task.port.close()
  }

  #tell(message: FromShard): void {
    this.#task.port.postMessage(message)
  }

  handshake(thing: number, beganUs: number, nowUs: number, failure: string | undefined): void {
    if (this.#finished) return
    this.#fleet.handshake(thing, beganUs, nowUs, failure)
    this.#look(nowUs)
  }

  connected(thing: number, nowUs: number): void {
    if (this.#finished) return
    this.#fleet.connected(thing, nowUs)
    this.#look(nowUs)
  }

  subscribed(thing: number, granted: number, refused: number, nowUs: number): void {
    if (this.#finished) return
    this.#fleet.subscribed(thing, granted, refused, nowUs)
    this.#look(nowUs)
  }

  sent(thing: number, token: number, nowUs: number): void {
    if (this.#finished) return
    this.#fleet.sent(thing, token, nowUs)
  }

  answered(thing: number, token: number | undefined, reply: Reply, nowUs: number): void {
    if (this.#finished) return
    // An answer is stamped where it came in, and one that came in later may have been told before.
    this.#lastAnswerUs = Math.max(this.#lastAnswerUs, nowUs)
    this.#fleet.answered(thing, token, reply, nowUs)
    this.#look(nowUs)
  }

  notified(thing: number, notification: JobsNotification, nowUs: number): void {
    if (this.#finished) return
    this.#fleet.notified(thing, notification, nowUs)
    this.#look(nowUs)
  }

  dropped(thing: number, cause: string, nowUs: number): void {
    if (this.#finished) return
    this.#fleet.dropped(thing, cause, nowUs)
    this.#look(nowUs)
  }
}
