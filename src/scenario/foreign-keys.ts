import type { Path } from './problem.ts'

/** A key of CreateJob or of another load generator, and what it is called here. */
export interface ForeignKey {
  readonly words: readonly string[]
  /** The map in which the words mean this, rows of lists as `*`; anywhere when not given. */
  readonly at?: Place
  /** The map to which the form belongs; `at` unless given. */
  readonly under?: Place
  /** What to write there: a right piece of a scenario, with the values of an example. */
  readonly form: string
  /** What else the word may mean. */
  readonly note?: string
}

/** The maps that forms belong to, in words. */
const PLACES = {
  '': 'at the top of the file',
  service: 'under service',
  fleet: 'under fleet',
  'fleet.mix.*': 'in a row of fleet.mix',
  'fleet.mix.*.mqtt': 'under mqtt',
  'jobs.*': 'in a row of jobs',
  'jobs.*.timeout': 'under timeout',
  'jobs.*.rollout': 'under rollout',
  'jobs.*.rollout.exponential': 'under exponential',
  'jobs.*.retry': 'under retry',
  'jobs.*.abort.*': 'in a row of abort',
  behaviour: 'under behaviour',
  load: 'under load',
  'load.arrivals.*': 'in a row of load.arrivals',
  'load.rollout': 'under load.rollout',
  'load.loop': 'under load.loop',
  'service.faults.*': 'in a row of service.faults',
} as const

type Place = keyof typeof PLACES

const ABORT = 'abort: [{ failure: FAILED, share: 10%, minThings: 10 }]'
const EXPONENTIAL = 'exponential: { basePerMinute: 50, factor: 2, everyNotified: 1000 }'
const ROLLOUT = 'rollout: { maximumPerMinute: 100 }'
const STEADY = 'arrivals: [{ rate: 80/s, for: 2m }]'

/** The first row that fits is the answer: a word in its own place stands before the same word anywhere. */
export const FOREIGN_KEYS: readonly ForeignKey[] = [
  // CreateJob: https://docs.aws.amazon.com/iot/latest/apireference/API_CreateJob.html
  { words: ['jobId'], under: 'jobs.*', form: 'id: firmware-1' },
  { words: ['documentSource'], under: 'jobs.*', form: 'document: { operation: install }' },
  { words: ['targetSelection'], under: 'jobs.*', form: 'targetSelection: SNAPSHOT' },
  {
    words: ['inProgressTimeoutInMinutes'],
    at: 'jobs.*.timeout',
    form: 'inProgressMinutes: 30',
  },
  {
    words: ['timeoutConfig', 'inProgressTimeoutInMinutes'],
    under: 'jobs.*',
    form: 'timeout: { inProgressMinutes: 30 }',
  },
  {
    words: ['stepTimeoutInMinutes', 'stepTimeoutMinutes'],
    under: 'behaviour',
    form: 'stepTimeoutMinutes: 5',
  },
  {
    words: ['maximumPerMinute'],
    at: 'jobs.*.rollout.exponential',
    under: 'jobs.*.rollout',
    form: 'maximumPerMinute: 100',
  },
  {
    words: ['jobExecutionsRolloutConfig', 'maximumPerMinute'],
    under: 'jobs.*',
    form: ROLLOUT,
  },
  {
    words: ['exponentialRate'],
    at: 'jobs.*.rollout',
    form: EXPONENTIAL,
  },
  {
    words: ['baseRatePerMinute'],
    at: 'jobs.*.rollout.exponential',
    form: 'basePerMinute: 50',
  },
  {
    words: ['incrementFactor'],
    at: 'jobs.*.rollout.exponential',
    form: 'factor: 2',
  },
  {
    words: ['rateIncreaseCriteria', 'numberOfNotifiedThings'],
    at: 'jobs.*.rollout.exponential',
    form: 'everyNotified: 1000',
  },
  {
    words: ['numberOfSucceededThings'],
    at: 'jobs.*.rollout.exponential',
    form: 'everySucceeded: 1000',
  },
  {
    words: [
      ...['exponentialRate', 'baseRatePerMinute', 'incrementFactor', 'rateIncreaseCriteria'],
      ...['numberOfNotifiedThings', 'numberOfSucceededThings'],
    ],
    under: 'jobs.*',
    form: `rollout: { ${EXPONENTIAL} }`,
  },
  {
    words: ['criteriaList', 'failureType', 'numberOfRetries'],
    at: 'jobs.*.retry',
    form: 'FAILED: 3',
  },
  {
    words: ['retryConfig', 'jobExecutionsRetryConfig', 'numberOfRetries'],
    under: 'jobs.*',
    form: 'retry: { FAILED: 3 }',
  },
  {
    words: ['failureType'],
    at: 'jobs.*.abort.*',
    form: 'failure: FAILED',
  },
  {
    words: ['thresholdPercentage'],
    at: 'jobs.*.abort.*',
    form: 'share: 10%',
  },
  {
    words: ['minNumberOfExecutedThings'],
    at: 'jobs.*.abort.*',
    form: 'minThings: 10',
  },
  {
    words: [
      ...['abortConfig', 'criteriaList', 'failureType', 'thresholdPercentage'],
      'minNumberOfExecutedThings',
    ],
    under: 'jobs.*',
    form: ABORT,
  },
  // Stages of k6, users of Gatling, the clients of emqtt-bench.
  {
    words: ['target'],
    at: 'load.arrivals.*',
    form: 'from: 0/s, to: 80/s',
  },
  {
    words: ['target', 'targets'],
    under: 'fleet',
    form: 'things: 500',
    note: 'a service is named on the command line, by run --target',
  },
  { words: ['vus', 'users', 'clients', 'atOnceUsers'], under: 'fleet', form: 'things: 500' },
  { words: ['duration'], at: 'load.arrivals.*', form: 'for: 30s' },
  { words: ['duration'], at: 'load.rollout', form: 'limit: 20m' },
  { words: ['duration'], at: 'load.loop', form: 'for: 10m' },
  { words: ['duration'], at: 'service.faults.*', form: 'for: 10s' },
  { words: ['duration'], at: 'behaviour', form: 'work: 2s' },
  { words: ['duration', 'constantUsersPerSec', 'rps'], under: 'load', form: STEADY },
  {
    words: ['stages', 'rampUsers', 'rampUsersPerSec'],
    under: 'load',
    form: 'arrivals: [{ from: 0/s, to: 80/s, for: 30s }, { rate: 80/s, for: 2m }]',
  },
  { words: ['iterations'], under: 'jobs.*', form: 'perThing: 3' },
  {
    words: ['thinkTime', 'sleep', 'constantConcurrentUsers', 'rampConcurrentUsers'],
    under: 'load',
    form: 'loop: { for: 10m, pause: 1s }',
  },
  {
    words: ['abortOnFail'],
    under: '',
    form: 'thresholds: [{ abort: executions.failed.share < 5% }]',
  },
  {
    words: ['http_req_duration', 'http_req_waiting'],
    under: '',
    form: 'thresholds: [start-next.response.p95 < 250ms]',
  },
  {
    words: ['http_req_failed', 'checks'],
    under: '',
    form: 'thresholds: [executions.succeeded.share >= 95%]',
  },
  {
    words: ['cleanSession'],
    at: 'fleet.mix.*.mqtt',
    form: 'clean: true',
  },
  {
    words: ['keepalive'],
    at: 'fleet.mix.*.mqtt',
    form: 'keepAlive: 60s',
  },
  {
    words: ['cleanSession', 'keepalive', 'keepAlive', 'qos'],
    under: 'fleet.mix.*',
    form: 'mqtt: { clean: true, keepAlive: 60s, qos: 1 }',
  },
  // Ours, in the place where it is looked for first.
  { words: ['faults'], under: 'service', form: 'faults: [{ kind: lost-reply, share: 1% }]' },
]

/** What a word of another format is called here, and where; undefined when it is not known. */
export function foreignKeyAdvice(path: Path, word: string): string | undefined {
  const place = placeOf(path)
  const row = FOREIGN_KEYS.find(
    ({ words, at }) => words.includes(word) && (at === undefined || at === place),
  )
  if (row === undefined) return undefined
  const under = underOf(row)
  const where = under === place ? '' : `, ${PLACES[under]}`
  const note = row.note === undefined ? '' : `; ${row.note}`
  return `here${where}: ${row.form}${note}`
}

/** The map to which the form of a row belongs. */
export function underOf({ at, under }: ForeignKey): Place {
  return under ?? at ?? ''
}

function placeOf(path: Path): string {
  return path.map((step) => (typeof step === 'number' ? '*' : step)).join('.')
}
