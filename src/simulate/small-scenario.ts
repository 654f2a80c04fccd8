import type { AbortConfig, ExponentialRate } from '../protocol/job-config.ts'
import type { Quotas } from '../protocol/quotas.ts'
import { durationUs } from '../scenario/plan.ts'
import type { JobScenario, Load, Scenario } from '../scenario/scenario.ts'

/** What a run in real time may take, so that five of them are a matter of two or three minutes. */
const LOAD_US = 15_000_000
const LIMIT_US = 60_000_000
const DRAIN_US = 30_000_000
const WORK_P95_US = 3_000_000
const MINUTE_US = 2_000_000
/** A timer lasts no longer than this many times the work of nearly all things. */
const TIMER_WORKS = 10
const LEAST_WORK_US = 500_000
const LEAST_MINUTE_US = 10_000
const POLL_US = 2_000_000
const CONNECT_SECONDS = 2

/**
 * The scenario with fewer things and shorter times, so that it can be run in real time while somebody
 * waits. Rates and quotas shrink with the fleet, so that what is scarce stays scarce; retries and
 * request timeouts stay as they are.
 */
export function smallScenario(scenario: Scenario, things: number): Scenario {
  const size = Math.min(things, scenario.fleet.things)
  const share = size / scenario.fleet.things
  const { service, fleet, behaviour, load, jobs } = scenario
  const time = Math.min(1, LOAD_US / Math.max(1, durationUs(load)))
  const faults = service.faults.map((fault) => ({
    ...fault,
    fromUs: Math.round(fault.fromUs * time),
    forUs: Number.isFinite(fault.forUs) ? Math.round(fault.forUs * time) : fault.forUs,
  }))
  return {
    ...scenario,
    service: {
      ...service,
      quotas: smaller(service.quotas, share),
      minuteUs: minuteUsOf(scenario),
      faults,
    },
    fleet: {
      ...fleet,
      things: size,
      connect: {
        ratePerSecond: Math.max(fleet.connect.ratePerSecond * share, size / CONNECT_SECONDS),
        limitUs: LIMIT_US,
      },
    },
    jobs: jobs.map((job) => smallJob(job, size, share)),
    behaviour: { ...behaviour, work: shorter(behaviour.work) },
    load: smallLoad(load, time, share),
    thresholds: [],
  }
}

/**
 * As long as the timers have to the work what they have in the scenario, so that as many run out; but
 * no longer than it takes to see that they do not.
 */
function minuteUsOf(scenario: Scenario): number {
  const { service, jobs, behaviour } = scenario
  const { minuteUs } = service
  const timers = [behaviour.stepTimeoutMinutes, ...jobs.map((job) => job.inProgressTimeoutMinutes)]
  const minutes = Math.min(...timers.map((timer) => timer ?? Number.POSITIVE_INFINITY))
  if (minutes < Number.POSITIVE_INFINITY) {
    const { p95Us } = shorter(behaviour.work)
    const scaledUs = minuteUs * Math.min(1, WORK_P95_US / Math.max(1, behaviour.work.p95Us))
    // Backoff is not shortened, and who backs off must not time out where nobody did.
    const enoughUs =
      (TIMER_WORKS * Math.max(p95Us, LEAST_WORK_US) + longestBackoffUs(scenario)) / minutes
    return Math.max(LEAST_MINUTE_US, Math.round(Math.min(scaledUs, enoughUs)))
  }
  const isPaced = jobs.some((job) => job.maximumPerMinute ?? job.exponentialRate)
  return isPaced ? Math.min(minuteUs, MINUTE_US) : minuteUs
}

function longestBackoffUs({ behaviour, agents, fleet }: Scenario): number {
  const retries = fleet.mix.map(({ agent }) => behaviour.retry ?? agents[agent]?.retry)
  return Math.max(0, ...retries.map((retry) => retry?.capUs ?? 0))
}

function smallJob(job: JobScenario, size: number, share: number): JobScenario {
  const { maximumPerMinute: most, exponentialRate, abort } = job
  const rate = exponentialRate && fewerPerMinute(exponentialRate, share)
  // Fewer things in a shorter minute, so that the rollout still takes its time.
  const fewer = most && Math.max(rate?.baseRatePerMinute ?? 1, Math.min(most, Math.ceil(size / 4)))
  return {
    ...job,
    maximumPerMinute: fewer,
    ...(rate === undefined ? {} : { exponentialRate: rate }),
    ...(abort === undefined ? {} : { abort: soonerAborted(abort, share) }),
  }
}

function fewerPerMinute(rate: ExponentialRate, share: number): ExponentialRate {
  const { numberOfNotifiedThings: notified, numberOfSucceededThings: succeeded } =
    rate.rateIncreaseCriteria
  const fewer = (count: number) => Math.max(1, Math.round(count * share))
  return {
    ...rate,
    baseRatePerMinute: fewer(rate.baseRatePerMinute),
    rateIncreaseCriteria: {
      ...(notified === undefined ? {} : { numberOfNotifiedThings: fewer(notified) }),
      ...(succeeded === undefined ? {} : { numberOfSucceededThings: fewer(succeeded) }),
    },
  }
}

/** After as large a part of the fleet. */
function soonerAborted({ criteriaList }: AbortConfig, share: number): AbortConfig {
  return {
    criteriaList: criteriaList.map((one) => ({
      ...one,
      minNumberOfExecutedThings: Math.max(1, Math.round(one.minNumberOfExecutedThings * share)),
    })),
  }
}

/** The sizes that the law is fitted on, and the one that is held out. */
export function sizesOf(scenario: Scenario): { fitted: number[]; heldOut: number } {
  const heldOut = Math.min(scenario.fleet.things, 200)
  const fitted = [Math.ceil(heldOut / 4), Math.ceil(heldOut / 2)].filter((size) => size < heldOut)
  return { fitted: fitted.length > 0 ? [...new Set(fitted)] : [heldOut], heldOut }
}

function smallLoad(load: Load, time: number, share: number): Load {
  const drainUs = Math.min(load.drainUs, DRAIN_US)
  switch (load.kind) {
    case 'arrivals':
      return {
        ...load,
        drainUs,
        phases: load.phases.map((phase) => ({
          ...phase,
          // Not below one a second: a phase without starts compares nothing.
          fromPerSecond: less(phase.fromPerSecond, share),
          toPerSecond: less(phase.toPerSecond, share),
          durationUs: Math.round(phase.durationUs * time),
        })),
      }
    case 'rollout':
      return {
        ...load,
        drainUs,
        limitUs: Math.min(load.limitUs, LIMIT_US),
        pollUs: Math.min(load.pollUs, POLL_US),
      }
    case 'loop':
      return { ...load, drainUs, forUs: Math.min(load.forUs, LOAD_US) }
  }
}

function less(ratePerSecond: number, share: number): number {
  return ratePerSecond === 0 ? 0 : Math.max(Math.min(1, ratePerSecond), ratePerSecond * share)
}

function smaller(quotas: Quotas, share: number): Quotas {
  // Not below one a second, and never more than there was: what gives nothing goes on giving nothing.
  const of = (perSecond: number) => Math.max(Math.min(1, perSecond), Math.round(perSecond * share))
  // Connecting is paced anew, and throttled only where it was; one thing is as large as before.
  return {
    ...quotas,
    writesPerSecond: of(quotas.writesPerSecond),
    readsPerSecond: of(quotas.readsPerSecond),
  }
}

function shorter({ medianUs, p95Us }: Scenario['behaviour']['work']) {
  const factor = Math.min(1, WORK_P95_US / Math.max(1, p95Us))
  return { medianUs: Math.round(medianUs * factor), p95Us: Math.round(p95Us * factor) }
}
