import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Summary } from '../../src/results/summary.ts'
import { prepared, shakedown } from './command-line.ts'

/** Ten publishes for each thing in a moment, where a connection takes four in a second. */
const NARROW = `
name: narrow
service: { quotas: { connectionPublishes: 4/s }, latency: 0s }
fleet: { things: 3, connect: { rate: 100/s } }
behaviour:
  work: 0s
  updates: 3
  requestTimeout: 500ms
  retry: { kind: fixed, base: 600ms, attempts: 20 }
load: { arrivals: [{ name: all, rate: 3/s, for: 1s }], drain: 30s }
`

test.each(['run', 'simulate'])(
  'what the rate of a connection drops is told at the end of %s, in the words of serve',
  async (command) => {
    const { file, out } = prepared(NARROW)
    const { stdout } = await shakedown(command, file, '--out', out)

    const summary: Summary = JSON.parse(readFileSync(join(out, 'summary.json'), 'utf8'))
    expect(Object.keys(summary.limits ?? {})).toEqual(['connectionPublishes'])
    const times = summary.limits?.connectionPublishes
    expect(times).toBeGreaterThan(0)
    expect(stdout).toContain(`limit reached: ${times} PUBLISHes above the rate of their connection`)
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain(
      'limit reached: PUBLISHes above the rate of their connection',
    )
    // Whoever was not heard has asked again.
    expect(summary.executions).toMatchObject({ started: 3, succeeded: 3, stuck: 0 })
    expect(summary.ledger.balanced).toBe(true)
  },
)
