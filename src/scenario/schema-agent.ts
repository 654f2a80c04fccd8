import * as z from 'zod'
import { DEFAULTS } from './defaults.ts'
import { duration } from './quantity.ts'
import { ASKING_STRATEGIES } from './scenario.ts'

/** How firmware talks and retries, as a scenario file says it. */

export const retry = z
  .strictObject({
    kind: z
      .enum(['full-jitter', 'fixed', 'none'])
      .optional()
      .describe('How the wait before the next attempt is found'),
    base: duration
      .optional()
      .describe('The wait before the second attempt at most (full-jitter), or always (fixed)'),
    cap: duration.optional().describe('The longest wait of full-jitter'),
    attempts: z
      .int()
      .min(1)
      .max(1_000_000)
      .optional()
      .describe('How often one request is tried in all'),
  })
  .describe('What a thing does after a throttled, timed-out or lost attempt')

export const mqtt = z
  .strictObject({
    version: z.literal(['3.1.1', 4, 5]).optional().describe('MQTT 3.1.1 (also written 4) or 5'),
    keepAlive: duration
      .refine(
        (us) => us % 1_000_000 === 0 && us <= 65_535_000_000,
        'write whole seconds, at most 65535s',
      )
      .optional()
      .describe('Keep-alive in whole seconds; 0s is none'),
    clean: z
      .boolean()
      .optional()
      .describe('Whether a connection begins without the session before'),
    qos: z.literal([0, 1]).optional().describe('Quality of service of requests and filters'),
    subscribe: z
      .array(
        z
          .string()
          .max(128)
          .regex(
            /^[^/\s#\p{C}]+(\/[^/\s#\p{C}]+)*(\/#)?$|^#$/u,
            'write the end of a topic filter, such as notify-next',
          ),
      )
      .max(50)
      .optional()
      .describe('Filters, by what follows $aws/things/<thing>/jobs/'),
  })
  .describe('How things of this row speak MQTT; what is not said is as the ideal agent has it')

export const agent = z.strictObject({
  extends: z.string().prefault(DEFAULTS.agent).describe('The profile this one starts from'),
  retry: retry.optional(),
  expectedVersion: z
    .boolean()
    .optional()
    .describe(
      'Whether updates carry the version the thing believes; after a VersionMismatch it goes on with the one it finds',
    ),
  strategy: z
    .enum(ASKING_STRATEGIES)
    .optional()
    .describe(
      'How a thing gets its next job: start-next (one write), or describe-next (it reads $next, then writes IN_PROGRESS)',
    ),
})
