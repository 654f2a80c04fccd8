import { UNLIMITED_QUOTAS } from '../protocol/quotas.ts'
import { BUILT_IN_AGENTS } from './agents/built-in.ts'
import { jobConfigForm } from './job-config.ts'
import { durationText, rateText, shareText } from './quantity.ts'
import type { JobScenario, Load, MixRow, RetryPolicy, Scenario } from './scenario.ts'
import { validityForm } from './validity-limits.ts'

/**
 * A scenario in the words of the file again, every default spelt out. Reading it back gives the same
 * scenario. Members that are undefined have no key.
 */
export function fileForm(scenario: Scenario): object {
  const { service, fleet, behaviour } = scenario
  return {
    name: scenario.name,
    question: scenario.question,
    seed: scenario.seed,
    service: {
      quotas: quotas(service.quotas),
      latency: law(service.latency.medianUs, service.latency.p99Us, 'p99'),
      minute: durationText(service.minuteUs),
      switches: service.switches,
      faults: service.faults.map(({ kind, sharePercent, fromUs, forUs, byUs }) => ({
        kind,
        share: shareText(sharePercent),
        from: durationText(fromUs),
        for: Number.isFinite(forUs) ? durationText(forUs) : undefined,
        by: kind === 'delayed-notification' ? durationText(byUs) : undefined,
      })),
    },
    fleet: {
      things: fleet.things,
      namePrefix: fleet.namePrefix,
      connect: {
        rate: rateText(fleet.connect.ratePerSecond),
        limit: durationText(fleet.connect.limitUs),
      },
      mix: fleet.mix.map(mixRow),
    },
    agents: agents(scenario.agents),
    jobs: scenario.jobs.map(job),
    behaviour: {
      work: law(behaviour.work.medianUs, behaviour.work.p95Us, 'p95'),
      updates: behaviour.updates,
      outcomes: Object.fromEntries(
        behaviour.outcomes.map(({ outcome, sharePercent }) => [outcome, shareText(sharePercent)]),
      ),
      stepTimeoutMinutes: behaviour.stepTimeoutMinutes,
      requestTimeout: durationText(behaviour.requestTimeoutUs),
      retry: behaviour.retry && retry(behaviour.retry),
    },
    load: load(scenario.load),
    thresholds: scenario.thresholds.map(({ expression, abort }) =>
      abort ? { abort: expression } : expression,
    ),
    validity: validityForm(scenario.validity),
  }
}

function quotas(given: Scenario['service']['quotas']): object | string {
  const unlimited = Object.entries(UNLIMITED_QUOTAS).every(
    ([key, value]) => given[key as keyof typeof given] === value,
  )
  if (unlimited) return 'unlimited'
  const quota = (perSecond: number) =>
    Number.isFinite(perSecond) ? rateText(perSecond) : 'unlimited'
  return {
    writes: quota(given.writesPerSecond),
    reads: quota(given.readsPerSecond),
    connects: quota(given.connectsPerSecond),
    clientConnects: quota(given.clientConnectsPerSecond),
    subscribes: quota(given.subscribesPerSecond),
    connectionPublishes: quota(given.connectionPublishesPerSecond),
    burst: durationText(Math.round(given.burstSeconds * 1_000_000)),
  }
}

function law(medianUs: number, quantileUs: number, quantile: string): object | string {
  if (medianUs === quantileUs) return durationText(medianUs)
  return { median: durationText(medianUs), [quantile]: durationText(quantileUs) }
}

function mixRow({ sharePercent, transport, agent, mqtt }: MixRow): object {
  const row = { share: shareText(sharePercent), transport, agent }
  if (transport !== 'mqtt') return row
  const { version, keepAliveSeconds, clean, qos, subscribe } = mqtt
  const keepAlive = durationText(keepAliveSeconds * 1_000_000)
  const written = { version: version === 4 ? '3.1.1' : version, keepAlive, clean, qos, subscribe }
  return { ...row, mqtt: written }
}

function agents(given: Scenario['agents']): object {
  const own = Object.entries(given).filter(([name]) => !BUILT_IN_AGENTS.has(name))
  return Object.fromEntries(
    own.map(([name, { retry: policy, expectedVersion, strategy }]) => [
      name,
      { retry: retry(policy), expectedVersion, strategy },
    ]),
  )
}

function retry({ kind, baseUs, capUs, attempts }: RetryPolicy): object {
  if (kind === 'none') return { kind }
  const base = durationText(baseUs)
  if (kind === 'fixed') return { kind, base, attempts }
  return { kind, base, cap: durationText(capUs), attempts }
}

function job(given: JobScenario): object {
  const { id, documentText, perThing, inProgressTimeoutMinutes } = given
  return {
    id,
    document: readable(documentText),
    perThing: Number.isFinite(perThing) ? perThing : 'endless',
    timeout:
      inProgressTimeoutMinutes === undefined
        ? undefined
        : { inProgressMinutes: inProgressTimeoutMinutes },
    ...jobConfigForm(given),
  }
}

/** A map where that is the same text again; the text itself where spaces or such would be lost. */
function readable(documentText: string): unknown {
  const value: unknown = JSON.parse(documentText)
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isMap && JSON.stringify(value) === documentText ? value : documentText
}

function load(given: Load): object {
  const drain = durationText(given.drainUs)
  switch (given.kind) {
    case 'arrivals':
      return {
        arrivals: given.phases.map(({ name, fromPerSecond, toPerSecond, durationUs }) => ({
          name,
          ...(fromPerSecond === toPerSecond
            ? { rate: rateText(fromPerSecond) }
            : { from: rateText(fromPerSecond), to: rateText(toPerSecond) }),
          for: durationText(durationUs),
        })),
        drain,
      }
    case 'rollout':
      return {
        rollout: { limit: durationText(given.limitUs), poll: durationText(given.pollUs) },
        drain,
      }
    case 'loop':
      return { loop: { for: durationText(given.forUs), pause: durationText(given.pauseUs) }, drain }
  }
}
