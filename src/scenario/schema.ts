import * as z from 'zod'
import { DEFAULTS } from './defaults.ts'
import { atLeast, duration, rate, share } from './quantity.ts'
import { agent, mqtt, retry } from './schema-agent.ts'
import { job } from './schema-job.ts'
import { service } from './schema-service.ts'
import { validity } from './validity-limits.ts'

/**
 * The scenario file: which keys there are, what form their values have, and what they mean. Rules
 * between values are in `rules/`; what comes out here is in the units of the program but still has
 * the shape of the file, which `resolve.ts` turns into a `Scenario`.
 */

const oneLine = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .regex(/^[^\p{C}]*$/u, 'write it on one line, without control characters')

const mixRow = z.strictObject({
  share: share.describe('Of the fleet; exact counts by largest remainder'),
  transport: z.enum(['mqtt', 'http']).describe('How these things reach the service'),
  agent: z.string().prefault(DEFAULTS.agent).describe('Agent profile: ideal, or one under agents'),
  mqtt: mqtt.optional(),
})

const fleet = z
  .strictObject({
    things: z.int().min(1).max(10_000_000).describe('How many things the fleet has'),
    namePrefix: z
      .string()
      .regex(/^[a-zA-Z0-9:_-]*$/, 'use letters, digits, colon, underscore and hyphen only')
      .prefault(DEFAULTS.namePrefix)
      .describe('Thing i is called <namePrefix><i>, from 0'),
    connect: z
      .strictObject({
        rate: rate
          .refine((perSecond) => perSecond > 0, 'write more than 0/s')
          .prefault(DEFAULTS.connectRate)
          .describe('How many things connect a second'),
        limit: duration
          .prefault(DEFAULTS.connectLimit)
          .describe('The load begins after this even when things are missing'),
      })
      .prefault({})
      .describe('How the fleet comes up before T0'),
    mix: z
      .array(mixRow)
      .min(1)
      .max(100)
      .prefault([{ share: '100%', transport: 'mqtt' }])
      .describe('Kinds of things and their shares, which add up to 100 %'),
  })
  .describe('The virtual things')

const behaviour = z
  .strictObject({
    work: z
      .union(
        [
          duration,
          z.strictObject({
            median: duration.describe('Half of the executions take longer'),
            p95: duration.describe('One in twenty executions takes longer'),
          }),
        ],
        {
          error: 'write a duration such as 2s, or { median: 2s, p95: 8s }',
        },
      )
      .prefault(DEFAULTS.work)
      .describe('How long a thing works on an execution: fixed, or log-normal'),
    updates: z
      .int()
      .min(0)
      .max(1_000)
      .prefault(DEFAULTS.updates)
      .describe('Progress updates between start and the terminal one'),
    outcomes: z
      .strictObject({
        SUCCEEDED: share.optional().describe('Work done'),
        FAILED: share.optional().describe('Work tried, and not done'),
        REJECTED: share.optional().describe('Work refused'),
      })
      .prefault({ SUCCEEDED: DEFAULTS.succeeded })
      .describe('How executions end; shares add up to 100 %'),
    stepTimeoutMinutes: z
      .int()
      .min(1)
      .max(10_080)
      .optional()
      .describe('Step timer things ask for, in service minutes; none when not given'),
    requestTimeout: atLeast(duration, 1_000, '1ms')
      .prefault(DEFAULTS.requestTimeout)
      .describe('How long a thing waits for an answer'),
    retry: retry.optional().describe('Overrides what the agents do by themselves'),
  })
  .describe('What a thing does with a job')

const phase = z.strictObject({
  name: oneLine(64).optional().describe('Name of the phase in reports and thresholds'),
  rate: rate.optional().describe('Level rate; or give from and to'),
  from: rate.optional().describe('Rate at the beginning of a ramp'),
  to: rate.optional().describe('Rate at the end of a ramp'),
  for: duration.describe('How long the phase takes'),
})

const load = z
  .strictObject({
    arrivals: z
      .array(phase)
      .min(1)
      .max(1_000)
      .optional()
      .describe('Open model: starts happen on plan, whatever the answers do'),
    rollout: z
      .strictObject({
        limit: duration
          .prefault(DEFAULTS.rolloutLimit)
          .describe('The run ends after this at the latest'),
        poll: atLeast(duration, 100_000, '100ms')
          .prefault(DEFAULTS.rolloutPoll)
          .describe('How often an HTTP thing asks'),
      })
      .optional()
      .describe('Things wait to be notified; ends when every execution is terminal'),
    loop: z
      .strictObject({
        for: duration.describe('How long things go round'),
        pause: duration
          .prefault(DEFAULTS.loopPause)
          .describe('Between the end of an execution and the next start'),
      })
      .optional()
      .describe('Closed model: each thing goes round for itself'),
    drain: duration
      .prefault(DEFAULTS.drain)
      .describe('How long things may finish after the load has ended'),
  })
  .describe('One of arrivals, rollout and loop')

const threshold = z.union(
  [
    z.string(),
    z.strictObject({
      abort: z.string().describe('A threshold that ends the run as soon as it is broken'),
    }),
    z.strictObject({
      expression: z.string().describe('<metric> <comparison> <value>'),
      abort: z.boolean().prefault(false).describe('Whether it ends the run once it is broken'),
    }),
  ],
  { error: 'write a threshold such as update.response.p99 < 250ms, or { abort: <threshold> }' },
)

export const scenarioSchema = z
  .strictObject({
    name: oneLine(128).describe('Name of the scenario'),
    question: z.string().max(2_000).optional().describe('What the run is to answer'),
    seed: z.int().min(0).max(0xffff_ffff).prefault(DEFAULTS.seed).describe('Same seed, same plan'),
    service: service.prefault({}),
    fleet,
    agents: z
      .record(oneLine(64), agent)
      .prefault({})
      .describe('Agent profiles of your own, by name'),
    jobs: z
      .array(job)
      .max(1_000)
      .optional()
      .describe('Jobs on the stand-in; one that never ends when not given'),
    behaviour: behaviour.prefault({}),
    load,
    thresholds: z
      .array(threshold)
      .max(100)
      .prefault([])
      .describe('What must hold for the run to pass, such as update.response.p99 < 250ms'),
    validity: validity.prefault({}),
  })
  .describe('A Shakedown scenario')

/** A scenario file with its values read, its defaults filled in and its shape kept. */
export type ScenarioFile = z.output<typeof scenarioSchema>
