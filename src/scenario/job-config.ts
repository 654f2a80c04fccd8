import { RETRY_FAILURES } from '../protocol/job-config.ts'
import { shareText } from './quantity.ts'
import type { JobScenario } from './scenario.ts'
import type { ScenarioFile } from './schema.ts'

type JobRow = NonNullable<ScenarioFile['jobs']>[number]
type JobConfig = Pick<JobScenario, 'exponentialRate' | 'retry' | 'abort' | 'targetSelection'>

/** What a job of the file asks of the service, in the words of CreateJob. */
export function jobConfig({ rollout, retry, abort, targetSelection }: JobRow): JobConfig {
  const rate = rollout?.exponential
  return {
    exponentialRate: rate && {
      baseRatePerMinute: rate.basePerMinute,
      incrementFactor: rate.factor,
      rateIncreaseCriteria: {
        ...(rate.everyNotified !== undefined && { numberOfNotifiedThings: rate.everyNotified }),
        ...(rate.everySucceeded !== undefined && { numberOfSucceededThings: rate.everySucceeded }),
      },
    },
    retry: retry && {
      criteriaList: RETRY_FAILURES.flatMap((failureType) => {
        const numberOfRetries = retry[failureType]
        return numberOfRetries === undefined ? [] : [{ failureType, numberOfRetries }]
      }),
    },
    abort: abort && {
      criteriaList: abort.map(({ failure, share, minThings }) => ({
        failureType: failure,
        action: 'CANCEL' as const,
        thresholdPercentage: share,
        minNumberOfExecutedThings: minThings,
      })),
    },
    targetSelection,
  }
}

/** The same in the words of the file again. */
export function jobConfigForm({
  maximumPerMinute,
  exponentialRate: rate,
  retry,
  abort,
  targetSelection,
}: JobScenario): object {
  const exponential = rate && {
    basePerMinute: rate.baseRatePerMinute,
    factor: rate.incrementFactor,
    everyNotified: rate.rateIncreaseCriteria.numberOfNotifiedThings,
    everySucceeded: rate.rateIncreaseCriteria.numberOfSucceededThings,
  }
  const isPaced = maximumPerMinute !== undefined || exponential !== undefined
  return {
    rollout: isPaced ? { maximumPerMinute, exponential } : undefined,
    retry:
      retry &&
      Object.fromEntries(
        retry.criteriaList.map(({ failureType, numberOfRetries }) => [
          failureType,
          numberOfRetries,
        ]),
      ),
    abort: abort?.criteriaList.map((criterion) => ({
      failure: criterion.failureType,
      share: shareText(criterion.thresholdPercentage),
      minThings: criterion.minNumberOfExecutedThings,
    })),
    targetSelection,
  }
}
