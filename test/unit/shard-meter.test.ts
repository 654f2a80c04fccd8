import fc from 'fast-check'
import { expect, test } from 'vitest'
import { prepareRecorders } from '../../src/metrics/latency-recorder.ts'
import { METERED_OPERATIONS, OUTCOMES, TIMED_OUTCOMES } from '../../src/metrics/series.ts'
import { ShardMeter } from '../../src/metrics/shard-meter.ts'
import type { Meter } from '../../src/thing/ports.ts'

await prepareRecorders()

/** The metrics room may not know the thing room: that the two fit is checked when this compiles. */
const fits: new () => Meter = ShardMeter

const attempts = fc.array(
  fc.record({
    operation: fc.constantFrom(...METERED_OPERATIONS),
    outcome: fc.constantFrom(...OUTCOMES),
    code: fc.constantFrom('VersionMismatch', 'ResourceNotFound', undefined),
    dueUs: fc.nat(1_000_000),
    lagUs: fc.nat(1_000),
    serviceUs: fc.nat(1_000_000),
  }),
  { maxLength: 60 },
)

test('a meter can be handed to the fleet', () => {
  expect(new fits()).toBeInstanceOf(ShardMeter)
})

test('each attempt is counted once, under its operation, its outcome and its code', () => {
  const counts = fc.property(attempts, (rows) => {
    const meter = new ShardMeter()
    for (const row of rows) tell(meter, row)
    const expected: Record<string, number> = {}
    const count = (name: string) => {
      expected[name] = (expected[name] ?? 0) + 1
    }
    for (const { operation, outcome, code = 'unknown' } of rows) {
      count(`${operation}.issued`)
      count(`${operation}.${outcome}`)
      if (outcome === 'rejected') count(`${operation}.rejected.${code}`)
    }
    expect(meter.totals()).toEqual(expected)
    meter.destroy()
  })
  fc.assert(counts)
})

test('each timed attempt is in its own response and service series, and each lag in its own', () => {
  const times = fc.property(attempts, (rows) => {
    const meter = new ShardMeter()
    for (const row of rows) tell(meter, row)
    const expected: Record<string, number> = {}
    const count = (name: string) => {
      expected[name] = (expected[name] ?? 0) + 1
    }
    for (const { operation, outcome } of rows) {
      count(`${operation}.lag`)
      if (!(TIMED_OUTCOMES as readonly string[]).includes(outcome)) continue
      count(`${operation}.${outcome}.response`)
      count(`${operation}.${outcome}.service`)
    }
    const { histograms } = meter.takeInterval()
    expect(
      Object.fromEntries(histograms.map(([name, { totalCount }]) => [name, totalCount])),
    ).toEqual(expected)
    meter.destroy()
  })
  fc.assert(times, { numRuns: 30 })
})

test('response counts from the due time, service from the moment of sending', () => {
  const meter = new ShardMeter()
  meter.issued('update', 1_000, 1_250, false)
  meter.ended('update', 'accepted', undefined, 1_000, 1_250, 2_000)

  const { histograms } = meter.takeInterval()

  expect(histograms.map(([name, { maxValue }]) => [name, maxValue])).toEqual([
    ['update.accepted.response', 1_000],
    ['update.accepted.service', 750],
    ['update.lag', 250],
  ])
  meter.destroy()
})

test('only planned starts are in start.lag', () => {
  const meter = new ShardMeter()
  meter.issued('start-next', 0, 5, true)
  meter.issued('start-next', 0, 900, false)

  const lags = meter.takeInterval().histograms.map(([name, { maxValue }]) => [name, maxValue])

  expect(lags).toEqual([
    ['start-next.lag', 900],
    ['start.lag', 5],
  ])
  meter.destroy()
})

test('intervals add up to the totals, wherever the cuts are', () => {
  const addUp = fc.property(fc.array(attempts, { maxLength: 5 }), (seconds) => {
    const meter = new ShardMeter()
    const sum: Record<string, number> = {}
    for (const rows of seconds) {
      for (const row of rows) tell(meter, row)
      for (const [name, count] of Object.entries(meter.takeInterval().counters)) {
        sum[name] = (sum[name] ?? 0) + count
      }
    }
    expect(sum).toEqual(meter.totals())
    expect(meter.takeInterval()).toEqual({ counters: {}, histograms: [] })
    meter.destroy()
  })
  fc.assert(addUp, { numRuns: 30 })
})

test('planned is started plus dropped, and a reassigned start is not planned twice', () => {
  const meter = new ShardMeter()
  meter.start('started')
  meter.start('started')
  meter.start('reassigned')
  meter.start('dropped-busy')
  meter.start('dropped-offline')
  meter.start('dropped-offline', 'never-connected')

  expect(meter.totals()).toEqual({
    'start.planned': 5,
    'start.started': 2,
    'start.reassigned': 1,
    'start.dropped': 3,
    'start.dropped.busy': 1,
    'start.dropped.offline': 1,
    'start.dropped.never-connected': 1,
  })
})

test('executions, stray answers and lost connections are counted by what they are', () => {
  const meter = new ShardMeter()
  meter.execution('started')
  meter.execution('stuck')
  meter.stray('late')
  meter.stray('unmatched')
  meter.dropped('ECONNRESET')
  meter.acquired(42)
  meter.executionDuration(4_200)

  const { counters, histograms } = meter.takeInterval()

  expect(counters).toEqual({
    'execution.started': 1,
    'execution.stuck': 1,
    'stray.late': 1,
    'stray.unmatched': 1,
    'drop.ECONNRESET': 1,
  })
  expect(histograms.map(([name]) => name)).toEqual(['start.acquire', 'execution.duration'])
  meter.destroy()
})

test('a service that invents a code for each answer fills no memory and loses no count', () => {
  const meter = new ShardMeter()
  for (let at = 0; at < 1_000; at++) meter.ended('update', 'rejected', `Code${at}`, 0, 0, 1)

  const codes = Object.entries(meter.totals()).filter(([name]) =>
    name.startsWith('update.rejected.'),
  )

  expect(codes).toHaveLength(33)
  expect(meter.total('update.rejected.other')).toBe(1_000 - 32)
  expect(meter.total('update.rejected')).toBe(1_000)
  meter.destroy()
})

test('what thresholds and checks look for is counted by its name, whatever was made up before', () => {
  const meter = new ShardMeter()
  for (let at = 0; at < 1_000; at++) {
    meter.ended('update', 'rejected', `Code${at}`, 0, 0, 1)
    meter.dropped(`disconnect-${at}`)
  }
  for (const code of ['VersionMismatch', 'Malformed', 'Http502'])
    meter.ended('update', 'rejected', code, 0, 0, 1)
  meter.dropped('EMFILE')

  expect(meter.totals()).toMatchObject({
    'update.rejected.VersionMismatch': 1,
    'update.rejected.Malformed': 1,
    'update.rejected.Http502': 1,
    'drop.EMFILE': 1,
  })
  meter.destroy()
})

test.each([
  ['two words,\nand a line', 'two-words-and-a-line'],
  ['', 'unknown'],
  ['x'.repeat(500), 'x'.repeat(64)],
])('the code %j from outside becomes one short word', (code, word) => {
  const meter = new ShardMeter()
  meter.ended('update', 'rejected', code, 0, 0, 1)

  expect(meter.total(`update.rejected.${word}`)).toBe(1)
  meter.destroy()
})

test('clamped records are counted in the interval in which they came', () => {
  const meter = new ShardMeter()
  const clamped: (number | undefined)[] = []
  for (const us of [700_000_000, 10, 900_000_000]) {
    meter.acquired(us)
    clamped.push(meter.takeInterval().counters.clamped)
  }

  expect(clamped).toEqual([1, undefined, 1])
  meter.destroy()
})

function tell(
  meter: ShardMeter,
  row: typeof attempts extends fc.Arbitrary<(infer T)[]> ? T : never,
) {
  const sentUs = row.dueUs + row.lagUs
  meter.issued(row.operation, row.dueUs, sentUs, false)
  const code = row.outcome === 'rejected' ? row.code : undefined
  meter.ended(row.operation, row.outcome, code, row.dueUs, sentUs, sentUs + row.serviceUs)
}
