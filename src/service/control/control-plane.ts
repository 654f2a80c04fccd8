import { type HttpAnswer, httpError } from '../../protocol/http-service.ts'
import { parsePayload } from '../../protocol/parse-request.ts'
import type { Quotas } from '../../protocol/quotas.ts'
import type { ServiceSwitches } from '../../protocol/switches.ts'
import type { DocumentReader } from '../document-folder.ts'
import type { JobControl } from '../job-control.ts'
import { TokenBucket } from '../token-bucket.ts'
import {
  accountOperations,
  type Endpoints,
  EventConfigurations,
  type EventSetter,
} from './account-operations.ts'
import { certificateOperations } from './certificate-operations.ts'
import { CertificateStore } from './certificate-store.ts'
import { ControlCall, type Handlers, type Outcome } from './control-call.ts'
import { type Refusal, refusal, statusOf } from './exceptions.ts'
import { executionOperations } from './execution-operations.ts'
import { groupOperations } from './group-operations.ts'
import { GroupRegistry } from './group-registry.ts'
import { jobOperations } from './job-operations.ts'
import { JobViews } from './job-views.ts'
import { listingOperations } from './listing-operations.ts'
import { policyOperations } from './policy-operations.ts'
import { PolicyStore } from './policy-store.ts'
import { type Match, matchRoute, ROUTES } from './routes.ts'
import { thingOperations } from './thing-operations.ts'
import { ThingRegistry, type ThingStore } from './thing-registry.ts'

export interface ControlPlaneParts {
  readonly things: ThingStore
  readonly jobs: JobControl
  readonly quotas: Quotas
  /** What a body that is no JSON object is called. */
  readonly badJson: ServiceSwitches['badJson']
  /** The wall clock, in milliseconds with a fraction, at a time of the service. */
  readonly epochMs: (nowUs: number) => number
  /** For a job that names its document by a URL. */
  readonly readSource: DocumentReader
  /** Told when somebody wants the events of jobs, or no longer does. */
  readonly setEvents: EventSetter
  /** Asked when somebody wants to know, since ports may be picked late. */
  readonly endpoints: (hostName: string | undefined) => Endpoints
}

/** One request, as the HTTP front has received it. */
export interface ControlRequest {
  readonly query: string
  readonly body: Uint8Array
  readonly principal: string | undefined
  readonly region: string
  readonly hostName: string | undefined
}

const THROTTLED = refusal('ThrottlingException', 'Rate exceeded')

/**
 * The `iot` service of one account: registry, certificates, policies and jobs (protocol, section 4).
 * It holds no sockets. What it changes in the registry is there for the data plane at once.
 */
export class ControlPlane {
  readonly #handlers: Handlers
  readonly #badJson: ServiceSwitches['badJson']
  readonly #quotas: ReadonlyMap<string, TokenBucket>

  constructor({ things: store, jobs, quotas, badJson, ...parts }: ControlPlaneParts) {
    const { epochMs, endpoints, setEvents, readSource } = parts
    const groups = new GroupRegistry(jobs)
    const things = new ThingRegistry(store, groups)
    const certificates = new CertificateStore()
    const policies = new PolicyStore()
    const views = new JobViews({
      nameOf: (thing) => things.nameOf(thing),
      groupIdOf: (group) => groups.find(group)?.id,
    })
    const epochSeconds = (nowUs: number) => Math.round(epochMs(nowUs)) / 1_000
    this.#handlers = {
      ...thingOperations(things, certificates),
      ...groupOperations(groups, things, epochSeconds),
      ...certificateOperations(certificates, things, policies, epochMs),
      ...policyOperations(policies, certificates, groups),
      ...accountOperations(endpoints, new EventConfigurations(setEvents)),
      ...listingOperations({ things, groups, certificates, policies, epochSeconds }),
      ...jobOperations(jobs, things, groups, views, readSource),
      ...executionOperations(jobs, things, views),
    }
    this.#quotas = bucketsOf(quotas)
    this.#badJson = badJson
  }

  /** @returns undefined for what is no operation of the control plane. */
  match(method: string, path: string): Match | undefined {
    return matchRoute(method, path)
  }

  /** At once, but where keys are made. */
  answer(
    { route, path }: Match,
    { query, body, principal, region, hostName }: ControlRequest,
    nowUs: number,
  ): HttpAnswer | Promise<HttpAnswer> {
    if (this.#quotas.get(route.operation)?.take(nowUs) === false) return answerOf(THROTTLED)
    const payload = parsePayload(body)
    if (payload.kind === 'rejected') return answerOf(refusal(this.#badJson, payload.message))
    const parts = { path, query: new URLSearchParams(query), members: payload.members }
    const call = new ControlCall({ ...parts, principal, region, hostName, nowUs })
    const handler = this.#handlers[route.operation]
    if (handler === undefined) throw new TypeError(`no handler for ${route.operation}`)
    const outcome = handler(call)
    return outcome instanceof Promise ? outcome.then(answerOf) : answerOf(outcome)
  }
}

/**
 * Each operation has a rate of its own. An account without any quota has none here either; whoever
 * sets some of the others keeps these.
 */
function bucketsOf(quotas: Quotas): ReadonlyMap<string, TokenBucket> {
  const { burstSeconds, ...rates } = quotas
  const buckets = new Map<string, TokenBucket>()
  if (Object.values(rates).every((rate) => rate === Number.POSITIVE_INFINITY)) return buckets
  for (const { operation, perSecond } of ROUTES)
    if (perSecond !== undefined) buckets.set(operation, new TokenBucket(perSecond, burstSeconds))
  return buckets
}

function answerOf(outcome: Outcome): HttpAnswer {
  if (outcome.kind === 'refused') return errorOf(outcome)
  const body = outcome.body === undefined ? '' : JSON.stringify(outcome.body)
  return { statusCode: 200, errorType: undefined, body }
}

function errorOf({ exception, message, members }: Refusal): HttpAnswer {
  const { statusCode, errorType, body } = httpError(statusOf(exception), exception, message)
  if (members === undefined) return { statusCode, errorType, body }
  const more = JSON.stringify(members).slice(1)
  return { statusCode, errorType, body: `${body.slice(0, -1)},${more}` }
}
