import type { Forecast } from '../scenario/forecast/forecast.ts'
import {
  AWS_LIMITS,
  type Binding,
  QUOTA_NAMES,
  type QuotaName,
} from '../scenario/forecast/quota-load.ts'
import type { Plan } from '../scenario/plan.ts'
import { count, counted, duration, inUnit, percent, perSecond } from './figures.ts'
import type { Tone } from './text-table.ts'

export const QUOTA_WORDS: Readonly<Record<QuotaName, string>> = {
  writes: 'writes (StartNext + Update)',
  reads: 'reads (Describe + GetPending)',
  connects: 'connects',
  subscribes: 'subscribes (filters)',
  publishesIn: 'publishes in',
  publishesOut: 'publishes out',
  connectionPublishes: 'publishes of a connection',
}

export interface PlanAnswer {
  /** Which quota binds, or that none does. */
  readonly headline: string
  /** What follows from it. */
  readonly sentences: readonly string[]
  readonly tone: Tone
}

/** What somebody wants to know who asks for a plan, before any table. */
export function planAnswer(plan: Plan, forecast: Forecast): PlanAnswer {
  const { binding } = forecast.load
  const isOver = binding !== undefined && binding.aboveShare > 0
  const isHindered = forecast.endlessWaits.length > 0 || forecast.lostAnswers.length > 0
  return {
    headline:
      binding === undefined ? 'binding: none, the account has no limits' : headline(binding),
    sentences: [
      ...throttleSentence(binding),
      finishSentence(plan, forecast),
      ...forecast.lostAnswers,
      ...againstAws(forecast),
      ...fleetSentence(plan, forecast),
    ],
    tone: isOver || isHindered || forecast.predicted.isCutOff ? 'warn' : 'good',
  }
}

function headline({ quota, share, phase, peak, limit, aboveShare }: Binding): string {
  const taken = share > 1 && aboveShare === 0 ? ', which the burst lets pass' : ''
  const of = `${perSecond(peak)} of ${inUnit(limit, '')}/s in ${phase}${taken}`
  return aboveShare > 0
    ? `binding: ${QUOTA_WORDS[quota]}, ${percent(share)}: ${of}`
    : `binding: none; nearest are ${QUOTA_WORDS[quota]}, ${percent(share)}: ${of}`
}

function throttleSentence(binding: Binding | undefined): string[] {
  if (binding === undefined || binding.aboveShare === 0) return []
  const { abovePerSecond, aboveShare, phase } = binding
  return [
    `Too many by up to ${perSecond(abovePerSecond)}: ${percent(aboveShare)} of the first attempts in ${phase}, and their retries on top.`,
  ]
}

function finishSentence(plan: Plan, { predicted, endlessWaits, lostAnswers }: Forecast): string {
  if (endlessWaits.length > 0)
    return `The rollout does not end by itself but at its limit. ${endlessWaits.join(' ')}`
  const finish = duration(predicted.finishUs / 1e6)
  if (lostAnswers.length > 0)
    return `If no answers were lost, the run would end ${finish} after T0.`
  if (!predicted.isCutOff && predicted.backoffUs === 0)
    return `The fleet is done ${finish} after T0.`
  if (!predicted.isCutOff) {
    const backoff = duration(predicted.backoffUs / 1e6)
    return `The fleet is done ${finish} after T0 at the earliest; backoff may add up to ${backoff}, if the drain allows it.`
  }
  if (predicted.isLimited)
    return `The run ends ${finish} after T0: its limit comes before the last execution has begun.`
  const time = plan.load === 'rollout' ? 'its limit and the drain' : 'the load and the drain'
  return `The run ends ${finish} after T0, when ${time} are over, with work in hand.`
}

/** An account without limits is no account of AWS: what would one of theirs say? */
function againstAws({ load }: Forecast): string[] {
  const over = QUOTA_NAMES.flatMap((quota) => {
    const [most] = load.phases
      .flatMap(({ uses }) => uses[quota] ?? [])
      .sort((one, other) => other.peak - one.peak)
    if (most === undefined || most.limit <= AWS_LIMITS[quota]) return []
    const share = most.peak / AWS_LIMITS[quota]
    return share > 1
      ? [`${QUOTA_WORDS[quota]} ${percent(share)} of ${count(AWS_LIMITS[quota])}/s`]
      : []
  })
  return over.length === 0 ? [] : [`With AWS's own quotas it would be over: ${over.join(', ')}.`]
}

function fleetSentence({ things }: Plan, { load }: Forecast): string[] {
  if (!load.isFleetTooSmall) return []
  const { thingsAtWork, writes } = load
  const wanted = Math.round(thingsAtWork + writes.mostWaiting)
  // What waits is counted up to the size of the fleet: nobody is left to wait beyond it.
  const busy =
    wanted > things
      ? `up to ${counted(wanted, 'thing')} would be at work or waiting, and the fleet has ${count(things)}`
      : `all ${counted(things, 'thing')} of the fleet would be at work or waiting`
  return [`Starts will be dropped: ${busy}.`]
}
