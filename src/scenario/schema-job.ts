import * as z from 'zod'
import { ABORT_FAILURES, TARGET_SELECTIONS } from '../protocol/job-config.ts'
import { RETRIES_MAX, ROLLOUT_PER_MINUTE_MAX } from '../protocol/limits.ts'
import { share } from './quantity.ts'

/** What a scenario file says of a job. Ranges are those of CreateJob (API reference). */

const perMinute = z.int().min(1).max(ROLLOUT_PER_MINUTE_MAX)
const retries = z.int().min(0).max(RETRIES_MAX)

const exponential = z
  .strictObject({
    basePerMinute: perMinute.describe('The rate at first'),
    factor: z
      .number()
      .min(1.1)
      .max(5)
      .refine((factor) => Math.abs(factor * 10 - Math.round(factor * 10)) < 1e-9, {
        error: 'write it with one decimal',
      })
      .describe('What the rate is multiplied with at each step'),
    everyNotified: z
      .int()
      .min(1)
      .optional()
      .describe('A step whenever so many things more have it'),
    everySucceeded: z
      .int()
      .min(1)
      .optional()
      .describe('A step whenever so many things more have succeeded'),
  })
  .describe('A rate that rises, up to maximumPerMinute; 1000 when that is not given')

const abortCriterion = z.strictObject({
  failure: z.enum(ABORT_FAILURES).describe('What counts against the job'),
  share: share.describe('Of all executions so far, retries included'),
  minThings: z.int().min(1).describe('How many things must have got it before'),
})

export const job = z.strictObject({
  id: z
    .string()
    .min(1)
    .regex(/^[a-zA-Z0-9_.-]*$/, 'use letters, digits, dot, underscore and hyphen only')
    // The service's pattern is [a-zA-Z0-9_-]+, without the dot that version numbers have.
    .transform((id) => id.replaceAll('.', '_'))
    .describe(
      'Job id. A dot becomes an underscore on the wire; execution k of a thing belongs to <id>-<k>',
    ),
  document: z
    .unknown()
    .optional()
    .meta({
      type: ['object', 'string'],
      description: 'Job document: a map, or JSON text; at most 32768 bytes as JSON',
    }),
  perThing: z
    .union([z.int().min(1).max(1_000_000), z.literal('endless')], {
      error: 'write a whole number of at least 1, or endless',
    })
    .optional()
    .describe('Executions a thing has waiting; endless by default, and 1 with a rollout'),
  timeout: z
    .strictObject({
      inProgressMinutes: z
        .int()
        .min(1)
        .max(10_080)
        .optional()
        .describe('From IN_PROGRESS to TIMED_OUT, in service minutes'),
    })
    .optional()
    .describe("The job's own timer"),
  rollout: z
    .strictObject({
      maximumPerMinute: perMinute
        .optional()
        .describe('Executions queued in a service minute; all at once when not given'),
      exponential: exponential.optional(),
    })
    .optional()
    .describe('How fast the service hands the job out'),
  retry: z
    .strictObject({
      FAILED: retries.optional().describe('After a failure'),
      TIMED_OUT: retries.optional().describe('After a timeout'),
      ALL: retries.optional().describe('After either, once its own are used up'),
    })
    .optional()
    .describe('How often the service tries again on one thing; at most 10 in all'),
  abort: z
    .array(abortCriterion)
    .min(1)
    .max(100)
    .optional()
    .describe('When the service gives a job up: what is queued is canceled'),
  targetSelection: z
    .enum(TARGET_SELECTIONS)
    .optional()
    .describe('SNAPSHOT, or CONTINUOUS: then the job is never completed'),
})
