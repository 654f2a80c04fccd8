import { logNormalMostUs, logNormalShareAbove, Z_P99 } from '../clock/law.ts'
import { publishWindow, type Quotas } from '../protocol/quotas.ts'
import type { MixRow, Scenario } from './scenario.ts'

/*
 * Connections whose quota of publishes has no room for a request and its answer, which count together
 * (protocol 5.4). Of a single publish in a window the request takes all, so its answer passes only when
 * it leaves no sooner than the window is over, and then takes the next window itself.
 */

/** Why no request of this row gets to the service, if none does. The rate is one of MQTT connections. */
export function requestBlockade(
  { service: { quotas } }: Scenario,
  { transport }: MixRow,
): string | undefined {
  if (transport === 'http' || quotas.connectionPublishesPerSecond > 0) return undefined
  return 'service.quotas.connectionPublishes is 0/s: it loses every request over MQTT'
}

/** From the arrival of a request to the departure of its answer, at most, by the scenario's law. */
export function longestAnswerUs({ service: { latency } }: Scenario): number {
  return logNormalMostUs(latency.medianUs, latency.p99Us, Z_P99)
}

/**
 * Why no answer is of use to things of this row, though their requests come through, if none is: none
 * leaves late enough to pass, or whoever asked does not wait so long.
 *
 * @param longestUs as of `longestAnswerUs`; Infinity where that is not known, since in real time a
 *   service may be late.
 */
export function answerBlockade(
  { service: { quotas }, behaviour }: Scenario,
  { transport }: MixRow,
  longestUs: number,
): string | undefined {
  const narrow = transport === 'mqtt' ? narrowConnection(quotas) : undefined
  if (narrow === undefined) return undefined
  const { requestTimeoutUs } = behaviour
  if (longestUs < narrow.windowUs)
    return `${narrow.words}, and an answer leaves at most ${timeText(longestUs)} after its request (service.latency); ${narrow.cure}`
  if (requestTimeoutUs < narrow.windowUs)
    return `${narrow.words}, and no thing waits longer than ${timeText(requestTimeoutUs)} for an answer (behaviour.requestTimeout); ${narrow.cure}`
  return undefined
}

/** Why answers and requests of this row are lost although a connection lets some pass, if they are. */
export function narrowness(scenario: Scenario, { transport }: MixRow): string | undefined {
  const { quotas, latency } = scenario.service
  const narrow = transport === 'mqtt' ? narrowConnection(quotas) : undefined
  if (narrow === undefined) return undefined
  const { medianUs, p99Us } = latency
  const { windowUs } = narrow
  // Times are whole microseconds, and one that leaves just as the window is over passes.
  const passing = logNormalShareAbove(medianUs, p99Us, Z_P99, windowUs - 0.5)
  const sooner = longestAnswerUs(scenario) < windowUs ? 1 : 1 - passing
  return `${narrow.words}: neither a request behind an answer, nor an answer that leaves sooner after its request, as ${shareText(sooner)} by service.latency; ${narrow.cure}`
}

interface NarrowConnection {
  readonly windowUs: number
  readonly words: string
  readonly cure: string
}

/** undefined for one that lets nothing pass at all, or more than one publish in a window. */
function narrowConnection(quotas: Quotas): NarrowConnection | undefined {
  const { connectionPublishesPerSecond: rate, burstSeconds } = quotas
  const { capacity, lengthUs } = publishWindow(rate, burstSeconds)
  if (capacity !== 1) return undefined
  const burst = burstSeconds === 1 ? '' : `, burst ${timeText(burstSeconds * 1e6)}`
  const enough = Math.ceil(2_000 / burstSeconds) / 1_000
  return {
    windowUs: lengthUs,
    words: `service.quotas.connectionPublishes (${figure(rate)}/s${burst}) lets nothing pass on a connection within ${timeText(lengthUs)} of the last publish`,
    cure: `${enough}/s would let an answer pass with its request`,
  }
}

function shareText(share: number): string {
  if (share === 0) return 'none does'
  if (share === 1) return 'all do'
  return share > 0.999 ? 'nearly all do' : `${Number((share * 100).toPrecision(3))} % do`
}

function timeText(us: number): string {
  return us < 1e6 ? `${figure(us / 1e3)} ms` : `${figure(us / 1e6)} s`
}

/** With so many digits that one below a limit does not read like the limit. */
function figure(value: number): number {
  return Number(value.toPrecision(6))
}
