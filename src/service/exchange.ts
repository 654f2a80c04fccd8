import type { Clock } from '../clock/clock.ts'
import { drawUnit, PURPOSE } from '../clock/draw.ts'
import { Wake } from '../clock/wake.ts'
import type { JobsRequest, Operation, Rejected, Reply } from '../protocol/jobs.ts'
import { notificationPayload } from '../protocol/mqtt-service.ts'
import { isRejected } from '../protocol/parse-request.ts'
import { DelayLine, type Departure } from './delay-line.ts'
import { type EventMessage, eventMessage } from './event-message.ts'
import { USUAL_REGION } from './http-plane.ts'
import type { JobEvent } from './job-events.ts'
import type { JobsService, ServiceSink } from './jobs-service.ts'
import type { FrontCounts } from './limit-counts.ts'

/** One request that a front has read, and its way back. It leaves when its answer is due. */
export interface Call extends Departure {
  readonly operation: Operation
  /** undefined for a thing that the service does not know. */
  readonly thing: number | undefined
  readonly request: JobsRequest | Rejected
  /** The answer, and the time for its stamp. `leave` follows once, twice or never. */
  answered(reply: Reply, epochSeconds: number): void
  /** A fault takes the connection in place of the answer. */
  cut(): void
}

export type NotificationKind = 'notify' | 'notify-next'

/** Where notifications leave. The MQTT front is it. */
export interface NotificationOutlet {
  /** Whether anybody would get it. Costs the same for any number of things and clients. */
  hears(kind: NotificationKind, thingName: string): boolean
  publish(kind: NotificationKind, thingName: string, payload: string, nowUs: number): void
  /** Whether anybody listens to events at all. */
  hearsEvents(): boolean
  publishEvent(message: EventMessage, nowUs: number): void
}

const INTERNAL_ERROR: Rejected = {
  kind: 'rejected',
  code: 'InternalError',
  message: 'An internal error occurred in the service',
}

/**
 * Between the fronts and the service: it asks the service what becomes of each request, holds
 * answers until they are due, and sends notifications after the answer of the request that caused
 * them. One wake-up serves answers and the service's own deadlines.
 */
export class Exchange implements ServiceSink {
  readonly #clock: Clock
  readonly #epochSeconds: (nowUs: number) => number
  readonly #line: DelayLine
  readonly #wake: Wake
  #service!: JobsService
  #outlet!: NotificationOutlet
  /** Notifications that the service has asked for in the call that still runs. */
  readonly #askedKinds: NotificationKind[] = []
  readonly #askedThings: number[] = []
  /** Events of the call that still runs. */
  #events: EventMessage[] = []
  #eventCount = 0
  /** Which Region the ARNs of events name. */
  eventRegion = USUAL_REGION
  /** Changes that were told both ways, when their order is shuffled. */
  #pairs = 0

  constructor(clock: Clock, epochSeconds: (nowUs: number) => number, counts: FrontCounts) {
    this.#clock = clock
    this.#epochSeconds = epochSeconds
    this.#line = new DelayLine(counts)
    this.#wake = new Wake(clock, (nowUs) => this.#turn(nowUs))
  }

  /** Service and outlet are made with the exchange in hand, so they come second. Once, first. */
  join(service: JobsService, outlet: NotificationOutlet): void {
    this.#service = service
    this.#outlet = outlet
  }

  get service(): JobsService {
    return this.#service
  }

  nowUs(): number {
    return this.#clock.nowUs()
  }

  epochSeconds(nowUs: number): number {
    return this.#epochSeconds(nowUs)
  }

  begin(t0Us?: number): void {
    const nowUs = this.#clock.nowUs()
    this.#service.begin(nowUs, t0Us)
    this.#turn(nowUs)
  }

  submit(call: Call, nowUs: number): void {
    this.#catchUp(nowUs)
    const fate = this.#service.fate(call.thing, call.operation, nowUs)
    if (!fate.requestLost) {
      // Read before the service is called again: it has only one such object.
      const { replyLost, duplicated, connectionLost } = fate
      const dueUs = nowUs + fate.delayUs
      call.answered(this.#ask(call, fate.internalError, nowUs), this.#epochSeconds(nowUs))
      if (connectionLost) this.#line.add(new Cut(call), dueUs)
      else if (!replyLost) this.#line.add(call, dueUs)
      if (duplicated && !replyLost && !connectionLost) this.#line.add(call, dueUs)
      this.#addNotifications(dueUs, nowUs)
    }
    this.#settle(nowUs)
  }

  /**
   * Lets the control plane work on the service. It answers inside `act`, so that the notifications of
   * what it changed come after its answer.
   */
  administer(act: (nowUs: number) => void): void {
    const nowUs = this.#clock.nowUs()
    this.#catchUp(nowUs)
    act(nowUs)
    this.#addNotifications(nowUs, nowUs)
    this.#settle(nowUs)
  }

  /** Held answers are forgotten, like all that is under way when a service stops. */
  close(): void {
    this.#wake.close()
  }

  notify(thing: number): void {
    this.#note('notify', thing)
  }

  notifyNext(thing: number): void {
    this.#note('notify-next', thing)
  }

  /** Written at once: what it tells of may be gone with the call. */
  event(event: JobEvent, nowUs: number): void {
    if (!this.#outlet.hearsEvents()) return
    this.#eventCount += 1
    const count = this.#eventCount.toString(16).padStart(12, '0')
    const stamp = {
      eventId: `00000000-0000-4000-9000-${count}`,
      timestamp: this.#epochSeconds(nowUs),
      region: this.eventRegion,
      nameOf: (thing: number) => this.#service.thingName(thing),
    }
    this.#events.push(eventMessage(event, stamp))
  }

  #note(kind: NotificationKind, thing: number): void {
    if (!this.#outlet.hears(kind, this.#service.thingName(thing))) return
    this.#askedKinds.push(kind)
    this.#askedThings.push(thing)
  }

  #ask(call: Call, internalError: boolean, nowUs: number): Reply {
    const { operation, thing, request } = call
    if (internalError) return this.#service.refuse(operation, INTERNAL_ERROR, nowUs)
    if (isRejected(request)) return this.#service.refuse(operation, request, nowUs)
    return this.#service.handle(thing, operation, request, nowUs)
  }

  /** Payloads are written at the moment of the change: later changes have their own notification. */
  #addNotifications(dueUs: number, nowUs: number): void {
    if (this.#events.length > 0) this.#addEvents(dueUs)
    if (this.#askedKinds.length === 0) return
    if (this.#service.switches.notifyOrder === 'shuffled') this.#shuffle()
    const timestamp = this.#epochSeconds(nowUs)
    for (const [at, kind] of this.#askedKinds.entries()) {
      const thing = this.#askedThings[at] as number
      const content =
        kind === 'notify' ? this.#service.notifyOf(thing) : this.#service.notifyNextOf(thing, nowUs)
      const payload = notificationPayload(content, timestamp)
      const thingName = this.#service.thingName(thing)
      const lateUs = this.#service.notificationDelayUs(thing, nowUs)
      this.#line.add(new Notification(this.#outlet, kind, thingName, payload), dueUs + lateUs)
    }
    this.#askedKinds.length = 0
    this.#askedThings.length = 0
  }

  #addEvents(dueUs: number): void {
    const outlet = this.#outlet
    for (const message of this.#events)
      this.#line.add({ leave: (nowUs) => outlet.publishEvent(message, nowUs) }, dueUs)
    this.#events = []
  }

  /** Swaps about every second pair of `notify` and `notify-next` of one change (switch 22). */
  #shuffle(): void {
    for (let at = 1; at < this.#askedKinds.length; at++) {
      const thing = this.#askedThings[at]
      if (this.#askedKinds[at] !== 'notify-next' || this.#askedThings[at - 1] !== thing) continue
      this.#pairs += 1
      if (drawUnit(0, thing ?? 0, this.#pairs, PURPOSE.notifyOrder, 0) < 0.5) continue
      this.#askedKinds[at - 1] = 'notify-next'
      this.#askedKinds[at] = 'notify'
    }
  }

  #turn(nowUs: number): void {
    this.#catchUp(nowUs)
    this.#settle(nowUs)
  }

  /** The service's deadlines up to now come before anything that arrives now. */
  #catchUp(nowUs: number): void {
    if (this.#service.nextUs <= nowUs) this.#service.advance(nowUs)
    this.#addNotifications(nowUs, nowUs)
  }

  #settle(nowUs: number): void {
    this.#line.advance(nowUs)
    this.#wake.at(Math.min(this.#line.nextUs(), this.#service.nextUs))
  }
}

class Cut implements Departure {
  readonly #call: Call

  constructor(call: Call) {
    this.#call = call
  }

  leave(): void {
    this.#call.cut()
  }
}

class Notification implements Departure {
  readonly #outlet: NotificationOutlet
  readonly #kind: NotificationKind
  readonly #thingName: string
  readonly #payload: string

  constructor(
    outlet: NotificationOutlet,
    kind: NotificationKind,
    thingName: string,
    payload: string,
  ) {
    this.#outlet = outlet
    this.#kind = kind
    this.#thingName = thingName
    this.#payload = payload
  }

  leave(nowUs: number): void {
    this.#outlet.publish(this.#kind, this.#thingName, this.#payload, nowUs)
  }
}
