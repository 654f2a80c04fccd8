import { burstOf } from '../protocol/quotas.ts'
import { mixCounts } from './mix.ts'
import { answerBlockade, requestBlockade } from './narrow-connections.ts'
import type { MixRow, MqttSettings, Scenario } from './scenario.ts'

/** What keeps things and service from each other, for good. */
export interface Blockade {
  /** Requests never reach the service, or never do anything there; answers never reach their thing. */
  readonly of: 'requests' | 'answers'
  /** After T0. */
  readonly fromUs: number
  /** The half of a sentence: where it stands in the scenario, and what it does. */
  readonly why: string
}

type FaultRow = Scenario['service']['faults'][number]

const WORDS: Readonly<Partial<Record<FaultRow['kind'], readonly [Blockade['of'], string]>>> = {
  'lost-request': ['requests', 'loses every request'],
  'internal-error': ['requests', 'refuses every request'],
  'lost-reply': ['answers', 'loses every answer'],
  'lost-connection': ['answers', 'takes away the connection in place of every answer'],
}

/** Quotas that give nothing, and faults that strike everything and have no end. */
export function blockades({ service }: Scenario): Blockade[] {
  const { writesPerSecond } = service.quotas
  const quota: Blockade[] =
    writesPerSecond === 0
      ? [
          {
            of: 'requests',
            fromUs: 0,
            why: 'service.quotas.writes is 0/s: it throttles every write',
          },
        ]
      : []
  return [...quota, ...service.faults.flatMap(faultBlockade)]
}

function faultBlockade(fault: FaultRow, index: number): Blockade[] {
  const { kind, sharePercent, fromUs, forUs } = fault
  const words = WORDS[kind]
  if (words === undefined || sharePercent < 100 || forUs < Number.POSITIVE_INFINITY) return []
  const [of, does] = words
  const from = fromUs === 0 ? '' : ` from ${fromUs / 1e6} s on`
  return [{ of, fromUs, why: `service.faults.${index} ${does}${from}, without an end` }]
}

/** Why things with these settings never come online, if they do not. HTTP takes from neither quota. */
export function connectBlockade(
  { service: { quotas } }: Scenario,
  { subscribe }: MqttSettings,
): string | undefined {
  const { connectsPerSecond, clientConnectsPerSecond, subscribesPerSecond, burstSeconds } = quotas
  if (connectsPerSecond === 0) return 'service.quotas.connects is 0/s: nobody may connect'
  if (clientConnectsPerSecond === 0)
    return 'service.quotas.clientConnects is 0/s: no client id may connect'
  const burst = burstOf(subscribesPerSecond, burstSeconds)
  if (subscribe.length <= burst) return undefined
  return `service.quotas.subscribes never has room for the ${subscribe.length} filters of one thing`
}

/**
 * Why things of this row never get an execution, whatever they send, if they do not.
 *
 * @param longestUs as in `answerBlockade`.
 */
export function askBlockade(
  scenario: Scenario,
  row: MixRow,
  longestUs: number,
): string | undefined {
  const lost = requestBlockade(scenario, row)
  if (lost !== undefined) return lost
  if (scenario.agents[row.agent]?.strategy !== 'describe-next') return undefined
  if (scenario.service.quotas.readsPerSecond === 0)
    return 'service.quotas.reads is 0/s: it throttles every look at $next (describe-next)'
  // Start-next begins an execution also where its answer is lost; a look does not.
  return answerBlockade(scenario, row, longestUs)
}

/** Whether there is no thing that could ever get an execution. */
export function allAskInVain(scenario: Scenario, longestUs: number): boolean {
  const counts = mixCounts(scenario)
  const { mix } = scenario.fleet
  return mix.every(
    (row, at) => counts[at] === 0 || askBlockade(scenario, row, longestUs) !== undefined,
  )
}

/** Whether things with these settings are told of their next execution. */
export function hearsNext({ subscribe }: MqttSettings): boolean {
  return subscribe.some((filter) => filter === 'notify-next' || filter === '+' || filter === '#')
}
