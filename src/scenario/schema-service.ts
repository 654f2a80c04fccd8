import * as z from 'zod'
import { FAULT_KINDS } from '../protocol/admin.ts'
import {
  type ServiceSwitches,
  SWITCH_RANGES,
  SWITCH_TEXTS,
  type SwitchRange,
} from '../protocol/switches.ts'
import { DEFAULTS } from './defaults.ts'
import { atLeast, duration, rate, share } from './quantity.ts'

/** What a scenario file tells the stand-in: quotas, latency, faults and switches. */

const quota = z
  .union([rate, z.literal('unlimited').transform(() => Number.POSITIVE_INFINITY)], {
    error: 'write 200/s, 500/min or unlimited',
  })
  .optional()

const quotas = z
  .union(
    [
      z.enum(['aws', 'unlimited']),
      z.strictObject({
        writes: quota.describe('StartNext and Update together, of all things'),
        reads: quota.describe('Describe and GetPending together, of all things'),
        connects: quota.describe('MQTT connects'),
        clientConnects: quota.describe('MQTT connects of one client id'),
        subscribes: quota.describe('MQTT filters'),
        connectionPublishes: quota.describe(
          'MQTT publishes on one connection, in and out together',
        ),
        burst: atLeast(duration, 1_000, '1ms')
          .optional()
          .describe('How much of its rate a full bucket holds'),
      }),
    ],
    { error: 'write aws, unlimited, or a map such as { writes: 200/s }' },
  )
  .describe('What the account allows; keys that are not given are as AWS has them')

const fault = z.strictObject({
  kind: z.enum(FAULT_KINDS).describe('What goes wrong'),
  share: share.describe('Of the requests in the window, or of the notifications'),
  from: duration.prefault(DEFAULTS.faultFrom).describe('When the window opens, after T0'),
  for: duration.optional().describe('How long it stays open; to the end when not given'),
  by: duration.optional().describe('How much later, for kinds that delay'),
})

/** One member for each switch of the stand-in, with the values that it may have. */
const switches = z
  .strictObject(
    Object.fromEntries(
      Object.entries(SWITCH_RANGES).map(([name, range]) => {
        const text = SWITCH_TEXTS[name as keyof ServiceSwitches]
        return [name, switchValue(range).optional().describe(text)]
      }),
    ),
  )
  .transform((given) => given as Partial<ServiceSwitches>)

function switchValue(range: SwitchRange): z.ZodType<string | number> {
  if (!('min' in range)) return z.literal([...range], { error: `write ${range.join(' or ')}` })
  return z.int().min(range.min).max(range.max)
}

export const service = z
  .strictObject({
    quotas: quotas.prefault(DEFAULTS.quotas),
    latency: z
      .union(
        [
          duration,
          z.strictObject({
            median: duration.describe('Half of the answers take longer'),
            p99: duration.describe('One in a hundred answers takes longer'),
          }),
        ],
        {
          error: 'write a duration such as 15ms, or { median: 15ms, p99: 60ms }',
        },
      )
      .prefault(DEFAULTS.latency)
      .describe('How long the stand-in takes to answer: fixed, or log-normal'),
    minute: atLeast(duration, 1_000, '1ms')
      .prefault(DEFAULTS.minute)
      .describe('How long a service minute takes'),
    switches: switches
      .prefault({})
      .describe('What AWS leaves open, another way; see the README of the service'),
    faults: z.array(fault).max(100).prefault([]).describe('Mishaps on purpose'),
  })
  .describe('The stand-in; ignored when --target names another service')
