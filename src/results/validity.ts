import { latencyMs } from '../metrics/latencies.ts'
import { METERED_OPERATIONS, OUTCOMES, WANT_OF_SOCKETS } from '../metrics/series.ts'
import { durationUs } from '../scenario/plan.ts'
import { DEFAULT_VALIDITY } from '../scenario/validity-limits.ts'
import { takenWords } from './beside.ts'
import type { GeneratorHealth } from './generator-health.ts'
import { limitsOf, SUSTAINED_INTERVALS, type ValidityLimits } from './limits.ts'
import { lastMs, type MeasuredRecord } from './measured-run.ts'
import { isWhole, type RunRecord } from './run-record.ts'
import type { CheckLevel, Summary, ValidityCheck } from './summary.ts'

/** Whether the measurement may be believed (design 5.11). All checks are there, those that hold too. */
export function validityOf(
  record: RunRecord,
  run: MeasuredRecord,
  health: GeneratorHealth,
): Summary['validity'] {
  const limits = limitsOf(record.scenario.validity)
  const isVirtual = record.run.virtual !== undefined
  const checks = [
    ...(isVirtual ? [] : generatorChecks(record, run, health, limits)),
    ...recordChecks(record, run, limits),
    ...(isVirtual ? simulationChecks(record) : workerChecks(record)),
    ...targetChecks(record, run, limits),
  ].map((check) => withUsualLimit(check, limits))
  return { valid: checks.every(({ level }) => level !== 'invalid'), checks }
}

/** A limit that the scenario has moved says so, wherever it is shown. */
function withUsualLimit(check: ValidityCheck, limits: ValidityLimits): ValidityCheck {
  const key = LIMIT_OF[check.name]
  if (key === undefined || limits[key] === USUAL_LIMITS[key]) return check
  return { ...check, defaultLimit: USUAL_LIMITS[key] }
}

const USUAL_LIMITS = limitsOf(DEFAULT_VALIDITY)

/** The checks whose limits a scenario may move. */
const LIMIT_OF: Readonly<Record<string, keyof ValidityLimits>> = {
  'schedule-lag': 'scheduleLagP99Ms',
  'event-loop-utilisation': 'eventLoopUtilisation',
  'loop-delay': 'loopDelayP99Ms',
  standstill: 'standstillMs',
  cpu: 'cpuShare',
  gc: 'gcShare',
  memory: 'memoryShare',
  descriptors: 'descriptorShare',
  'interval-coverage': 'intervalCoverage',
  'dropped-starts': 'droppedShare',
  'empty-answers': 'emptyShare',
}

/** Was the generator fast enough for what it measured? */
function generatorChecks(
  { run: { host } }: RunRecord,
  run: MeasuredRecord,
  { sustained, mean, ...health }: GeneratorHealth,
  limits: ValidityLimits,
): ValidityCheck[] {
  const lag = run.load.series('start.lag')
  // Not of the check `cpu`: what the generator used itself nobody took from it.
  const taken = takenWords(mean.beside, host?.cpus ?? 0)
  const kept = `for ${SUSTAINED_INTERVALS} intervals`
  return [
    check('schedule-lag', (lag && latencyMs(lag, 'p99')) ?? null, limits.scheduleLagP99Ms, 'ms', {
      message: `Planned starts left late (p99), so the load was not the planned one; ${taken ?? 'lower the rate, or run on a machine with more cores.'}`,
    }),
    check(
      'event-loop-utilisation',
      sustained.eventLoopUtilisation,
      limits.eventLoopUtilisation,
      'share',
      {
        message: `A worker's event loop was busy ${kept}; ${taken ?? 'use more workers or a lower rate.'}`,
      },
    ),
    check('loop-delay', sustained.loopDelayP99Ms, limits.loopDelayP99Ms, 'ms', {
      message: `A worker's event loop was late ${kept} (p99); answers were seen later than they came${taken === undefined ? '.' : `; ${taken}`}`,
    }),
    check('standstill', health.worstLoopDelayMs, limits.standstillMs, 'ms', {
      message:
        'A worker stood still: the process was stopped, or something blocked it; nothing was measured meanwhile.',
    }),
    check('cpu', sustained.cpuShare, limits.cpuShare, 'share', {
      message: `The generator used nearly all its cores ${kept}; run it on a machine with more of them.`,
    }),
    check('gc', sustained.gcShare, limits.gcShare, 'share', {
      message: `Garbage collection took its share of each second ${kept}; give Node a larger heap.`,
    }),
    check('memory', shareOf(health.peakRssMiB, host?.memoryLimitMiB), limits.memoryShare, 'share', {
      message:
        'The generator nearly reached its memory limit; raise the limit or use fewer things.',
    }),
    check(
      'descriptors',
      shareOf(health.peakDescriptors, host?.descriptorLimit),
      limits.descriptorShare,
      'share',
      { message: 'The generator nearly ran out of descriptors; raise ulimit -n.' },
    ),
    check('sockets-refused', socketsRefused(run), 0, 'sockets', {
      message:
        'This machine refused sockets to the generator, for want of local ports (EADDRNOTAVAIL) or descriptors (EMFILE); widen net.ipv4.ip_local_port_range, raise ulimit -n, or use fewer things.',
    }),
  ]
}

function socketsRefused({ total }: MeasuredRecord): number {
  return WANT_OF_SOCKETS.reduce((sum, cause) => sum + total.count(`drop.${cause}`), 0)
}

/** Is the record of the run whole, and does it agree with itself and with the service? */
function recordChecks(
  record: RunRecord,
  run: MeasuredRecord,
  limits: ValidityLimits,
): ValidityCheck[] {
  const { end } = record
  const coverage = intervalCoverage(record, run)
  return [
    check('ended', end === undefined ? 1 : 0, 0, 'missing end', {
      message:
        'The record has no end: the run was killed, or it still goes on. What came after is unknown.',
    }),
    check('begun', record.begin === undefined ? 1 : 0, 0, 'missing begin', {
      message:
        run.t0Ms === undefined
          ? 'The run ended before its load began, so there is nothing to judge.'
          : 'The row that says when the load began is torn or missing in the record, so what belongs to the load can only be guessed.',
    }),
    {
      ...check('interval-coverage', coverage, limits.intervalCoverage, 'share', {
        fires: coverage !== null && coverage < limits.intervalCoverage,
        message:
          'Seconds of the load are missing in the record; see the notes for what was damaged.',
      }),
    },
    check('ledger', end?.ledger.checked ? end.ledger.differences.length : null, 0, 'differences', {
      fires: end?.ledger.checked === true && end.ledger.balanced !== true,
      message: `What the things believe is not what the service holds: ${end?.ledger.differences[0] ?? ''}`,
    }),
    check('accounting', end === undefined ? null : accountingGap(record, run), 0, 'attempts', {
      message:
        'Attempts or starts were counted at their beginning and not at their end; after a lost worker that is its work, otherwise it is a bug of shakedown.',
    }),
  ]
}

function workerChecks({ end }: RunRecord): ValidityCheck[] {
  return [
    check('workers-lost', end?.lostWorkers ?? null, 0, 'workers', {
      message: 'A worker was lost with its things; its share of the load is missing.',
    }),
  ]
}

/** Did the rules hold that hold for every run, and was there always something to come? */
function simulationChecks({ end }: RunRecord): ValidityCheck[] {
  const { broken = [], waiting = [] } = end ?? {}
  return [
    check('invariants', end === undefined ? null : broken.length, 0, 'broken', {
      message: `A rule of thing, service or ledger did not hold, which is a bug of shakedown: ${broken[0] ?? ''}`,
    }),
    check('waits-for-ever', end === undefined ? null : Math.min(1, waiting.length), 0, 'times', {
      level: 'degraded',
      message: waiting.join(' '),
    }),
  ]
}

/** Did the target have what the load needed? A result, and no fault of the measurement. */
function targetChecks(
  record: RunRecord,
  run: MeasuredRecord,
  limits: ValidityLimits,
): ValidityCheck[] {
  const { scenario, begin, end } = record
  const onPlan = scenario.load.kind === 'arrivals'
  const missing =
    end?.neverConnected ?? (begin && Math.max(0, thingsOf(record) - begin.readyThings))
  const dropped = ratio(run.total.count('start.dropped'), run.total.count('start.planned'))
  const empties = run.total.count('start-next.empty') + run.total.count('describe.empty')
  const empty = ratio(empties, run.total.count('start.started'))
  return [
    check('dropped-starts', onPlan ? dropped : null, limits.droppedShare, 'share', {
      level: 'degraded',
      message:
        'Planned starts found no idle thing; the fleet is too small for the rate, or the service too slow.',
    }),
    check('empty-answers', onPlan ? empty : null, limits.emptyShare, 'share', {
      level: 'degraded',
      message: 'Starts were answered with nothing pending; the target had not enough work.',
    }),
    check('never-connected', missing ?? null, 0, 'things', {
      level: 'degraded',
      message: 'Things never connected; the load was carried by the rest of the fleet.',
    }),
  ]
}

/** How many take part: of a replay only some. */
function thingsOf({ run, scenario }: RunRecord): number {
  return run.only?.length ?? scenario.fleet.things
}

function check(
  name: string,
  observed: number | null,
  limit: number,
  unit: string,
  rule: { message: string; level?: CheckLevel; fires?: boolean },
): ValidityCheck {
  const { message, level = 'invalid', fires = observed !== null && observed > limit } = rule
  return fires
    ? { name, observed, limit, unit, level, message }
    : { name, observed, limit, unit, level: 'ok' }
}

/** Of the seconds all workers should have recorded of the load, those that were. */
function intervalCoverage(record: RunRecord, { t0Ms }: MeasuredRecord): number | null {
  if (t0Ms === undefined) return null
  const { scenario, run, end } = record
  const loaded = record.intervals.filter(({ row }) => row.stage === 'load')
  const seenMs = lastMs(loaded) - t0Ms
  // A stopped load is as long as it was; a rollout may end before its limit, and a replay does.
  const mayEndEarly = scenario.load.kind === 'rollout' || run.only !== undefined
  const onPlan = !mayEndEarly && end?.endedBy === 'plan'
  const lengthMs = onPlan ? durationUs(scenario.load) / 1e3 : seenMs
  if (lengthMs <= 0) return null
  const coveredMs = loaded
    .filter(isWhole)
    .map(({ row }) => Math.min(row.toMs, t0Ms + lengthMs) - Math.max(row.fromMs, t0Ms))
    .reduce((sum, coveredMs) => sum + Math.max(0, coveredMs), 0)
  return Math.min(1, coveredMs / (lengthMs * run.workers))
}

/** How far the identities of design 5.4 and 5.7 are off, over all operations and starts. */
function accountingGap({ plan, end }: RunRecord, { total }: MeasuredRecord): number {
  const gaps = METERED_OPERATIONS.map((operation) => {
    const ended = OUTCOMES.reduce((sum, name) => sum + total.count(`${operation}.${name}`), 0)
    return Math.abs(total.count(`${operation}.issued`) - ended)
  })
  const begun = total.count('start.started') + total.count('start.dropped')
  const counted = total.count('start.planned')
  const planned = end?.endedBy === 'plan' ? (plan.starts ?? counted) : counted
  return gaps.reduce((sum, gap) => sum + gap, Math.abs(planned - begun))
}

function shareOf(value: number | null, limit: number | undefined): number | null {
  return value === null || limit === undefined ? null : value / limit
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole
}
