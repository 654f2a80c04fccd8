import { expect, test } from 'vitest'
import { consoleSummary } from '../../src/report/console-summary.ts'
import type { Summary } from '../../src/results/summary.ts'
import { exampleRun } from '../fixtures/example-run.ts'

const OPTIONS = {
  color: false,
  width: 100,
  folder: 'reports/2026-01-01T00-00-00-throttled-account',
  files: ['report.html', 'summary.json', 'junit.xml'],
}

function linesOf(summary: Partial<Summary> = {}, options = {}): string[] {
  return consoleSummary(exampleRun({ summary }).summary, { ...OPTIONS, ...options }).split('\n')
}

function lineWith(lines: readonly string[], text: string): string {
  return lines.find((line) => line.includes(text)) ?? `no line has ${text}`
}

test('the verdict is the first word and the threshold that decided is the next line', () => {
  const [first, second] = linesOf().filter((line) => line !== '')

  expect(first).toMatch(/^FAILED {2}throttled-account · 2,000 things/)
  expect(second).toBe('1 of 3 thresholds failed: update.throttled.share < 15% for 30s was 28.7%.')
})

test('an invalid run says first what broke it and that its thresholds decide nothing', () => {
  const lag = { name: 'schedule-lag', observed: 31.2, limit: 10, unit: 'ms' }
  const checks = [
    { ...lag, level: 'invalid' as const, message: 'Starts left late: use more workers.' },
    { name: 'cpu', observed: 0.3, limit: 0.9, unit: 'share', level: 'ok' as const },
  ]
  const lines = linesOf({ verdict: 'invalid', validity: { valid: false, checks } })

  expect(lines.join('\n')).toMatch(
    /^\nINVALID .*\nDo not trust these numbers: schedule-lag 31.2 ms/,
  )
  expect(lines.join('\n')).toContain('decide nothing')
  expect(lineWith(lines, 'validity')).toContain('invalid schedule-lag: 31.2 ms, limit 10 ms.')
  expect(lines.join('\n')).not.toMatch(/\bcpu\b/)
  expect(lines.join('\n')).toContain('1 of 2 checks ok')
})

test('an end that is missing is called that, and not one missing end', () => {
  const ended = { name: 'ended', observed: 1, limit: 0, unit: 'missing end' } as const
  const checks = [{ ...ended, level: 'invalid', message: 'It was killed.' }] as const
  const text = linesOf({ verdict: 'invalid', validity: { valid: false, checks } }).join('\n')

  expect(text).toContain('Do not trust these numbers: the end is missing.')
  expect(text).toContain('invalid ended: the end is missing. It was killed.')
})

test('a check whose limit is none is told without a limit', () => {
  const lost = { name: 'workers-lost', observed: 1, limit: 0, unit: 'workers' }
  const validity = { valid: false, checks: [{ ...lost, level: 'invalid' as const }] }

  expect(linesOf({ verdict: 'invalid', validity }).join('\n')).toContain(
    'Do not trust these numbers: workers-lost 1 worker.',
  )
})

test('a simulation with long intervals says what they do to windows and phases of thresholds', () => {
  const simulation = {
    calibratedOn: null,
    intervalSeconds: 600,
    oneWayMs: 0.25,
    latencyMs: { median: 12, p99: 60 },
  }
  const told = (summary: Partial<Summary>) => linesOf({ ...summary, simulation }).join(' ')

  expect(told({})).toContain(
    'An interval is 10 min 00 s long, so that a long run stays small: a shorter window is measured over a whole one, a phase that none fits in not at all.',
  )
  expect(told({ thresholds: [] })).toContain('a long run stays small. ')
  expect(linesOf({ simulation: { ...simulation, intervalSeconds: 1 } }).join()).not.toContain(
    'An interval',
  )
})

test('an invalid run whose stand-in was lost names that before any number', () => {
  const { summary } = exampleRun()
  const cause = 'The stand-in is gone: it was ended by SIGKILL.'
  const lines = linesOf({ verdict: 'invalid', run: { ...summary.run, cause } })
  const at = lines.indexOf(cause)
  expect(at).toBeGreaterThan(0)
  expect(at).toBeLessThan(lines.findIndex((line) => line.startsWith('validity')))
})

test('an aborted run tells its cause, with one full stop', () => {
  const { summary } = exampleRun()
  for (const cause of ['update.lost == 0 was 3', 'update.lost == 0 was 3.']) {
    const lines = linesOf({ verdict: 'aborted', run: { ...summary.run, cause } })
    expect(lineWith(lines, 'Given up')).toMatch(/: update\.lost == 0 was 3\.$/)
  }
})

test('no line is wider than 100 columns, and the tables fit 76', () => {
  for (const width of [76, 100, 200]) {
    for (const line of linesOf({}, { width })) {
      expect(line.length, line).toBeLessThanOrEqual(Math.min(width, 100))
    }
  }
})

test('colour changes no letter and no column', () => {
  const escapes = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g')
  const colored = linesOf({}, { color: true }).join('\n')

  expect(colored).toMatch(escapes)
  expect(colored.replace(escapes, '').replace(/ +$/gm, '')).toBe(
    linesOf().join('\n').replace(/ +$/gm, ''),
  )
})

test('the tables hold the numbers of the operations that were used, and no others', () => {
  const { summary } = exampleRun()
  const lines = linesOf()
  const row = lines.find((line) => /^update +[\d,]+ /.test(line)) ?? ''
  const update = summary.operations.update

  expect(row.split(/ {2,}/).slice(0, 5)).toEqual([
    'update',
    update?.issued.toLocaleString('en-US'),
    update?.accepted.toLocaleString('en-US'),
    '0',
    update?.throttled.toLocaleString('en-US'),
  ])
  expect(lines.some((line) => line.startsWith('describe'))).toBe(false)
})

test('every figure of a column ends where its heading ends', () => {
  const lines = linesOf()
  const head = lineWith(lines, 'requests  ')
  const ends = [...head.matchAll(/\S+( out)?/g)]
    .slice(1)
    .map(({ index, 0: text }) => index + text.length)
  const rows = lines
    .filter((line) => /^(start-next|update|connect) +[\d,]+ /.test(line))
    .slice(0, 3)

  expect(rows).toHaveLength(3)
  for (const row of rows) {
    expect(
      [...row.matchAll(/\S+/g)].slice(1).map(({ index, 0: text }) => index + text.length),
    ).toEqual(ends)
  }
})

test('a narrow terminal loses columns of zeros only', () => {
  const { summary } = exampleRun()
  const update = { ...summary.operations.update, rejected: { VersionMismatch: 7 } }
  const operations = { ...summary.operations, update } as Summary['operations']
  const narrow = linesOf({ operations }, { width: 76 })

  expect(lineWith(narrow, 'requests  ')).toMatch(/throttled +rejected/)
  expect(lineWith(narrow, 'requests  ')).not.toContain('lost')
  expect(lineWith(narrow, 'VersionMismatch')).toContain('update VersionMismatch 7')
})

test('a ledger that does not balance is told line by line', () => {
  const differences = ['thing-4 job-1: believes SUCCEEDED, service holds IN_PROGRESS']
  const lines = linesOf({ ledger: { checked: true, balanced: false, differences } })

  expect(lineWith(lines, 'ledger  ')).toContain('does not balance')
  expect(lineWith(lines, 'thing-4')).toContain('service holds IN_PROGRESS')
})

test('a run without arrivals, thresholds or requests still has a readable end', () => {
  const { rates } = exampleRun().summary
  const none = { plannedStartsPerSecond: null, startsPerSecond: null }
  const text = linesOf({
    arrivals: null,
    rates: { ...rates, ...none },
    thresholds: [],
    operations: {},
    verdict: 'passed',
  }).join('\n')

  expect(text).toContain('The measurement is valid. The scenario sets no thresholds.')
  expect(text).toContain('No request was sent.')
  expect(text).not.toContain('planned')
})

test('planned, made, answered and accepted stand side by side, and the observed quota with its bound', () => {
  const text = linesOf().join('\n')

  expect(lineWith(linesOf(), 'rates  ')).toMatch(
    /starts 80\.0\/s planned, 79\.9\/s made; job requests 292\/s issued, 291\/s/,
  )
  expect(text.replaceAll(/\s+/g, ' ')).toContain(
    'binding quota writes 200/s; 199 ± 1.90/s observed over 104 seconds of demand above it',
  )
})

test('a limit that the scenario has moved is told with the one it moved from', () => {
  const lag = { name: 'schedule-lag', observed: 12, limit: 20, unit: 'ms', level: 'ok' as const }
  const lines = linesOf({ validity: { valid: true, checks: [{ ...lag, defaultLimit: 10 }] } })

  expect(lines.join('\n')).toContain('limits of the scenario: schedule-lag 20 ms (default 10 ms)')
})

test('limits of the stand-in that were reached are told, and no others', () => {
  const lines = linesOf({ limits: { connectionPublishes: 1_200, notices: 0 } })

  expect(lineWith(lines, 'limit reached')).toMatch(
    / limit reached: 1,200 PUBLISHes above the rate of their connection$/,
  )
  expect(lines.filter((line) => line.includes('limit reached'))).toHaveLength(1)
  expect(linesOf().join('\n')).not.toContain('limit reached')
})

test.each([
  [{ othersShare: 0.64, stolenShare: 0 }, 'beside it: other processes 64% of the cores'],
  [
    { othersShare: 0.3, stolenShare: 0.12 },
    'other processes 30% of the cores, the host of this virtual machine 12%',
  ],
  [{ othersShare: 0.05, stolenShare: 0.05 }, undefined],
])('beside the generator %o is told as %s', (shares, told) => {
  const beside = { ...shares, idleShare: 0.2 }
  const generator = { cpuShare: 0.1, eventLoopUtilisation: 0.5, rssMiB: 200, beside }
  const text = linesOf({ generator }).join('\n')

  if (told === undefined) expect(text).not.toContain('beside it')
  else expect(text).toContain(told)
})

test('starts that were stuck before they had an execution are told apart from those that have begun', () => {
  const executions = { ...exampleRun().summary.executions, ...EARLY }

  expect(lineWith(linesOf({ executions }), ' started: ')).toContain(
    '394 started: 338 succeeded, 24 failed, 13 rejected, 25 stuck (6 before they began)',
  )
  expect(lineWith(linesOf({ executions: { ...executions, resumed: 2 } }), ' started ')).toContain(
    '25 stuck (at least 4',
  )
  expect(lineWith(linesOf({ executions: { ...executions, started: 400 } }), ' started: ')).toMatch(
    /25 stuck$/,
  )
})

/** 400 endings of 394 executions that have begun. */
const EARLY = {
  ...{ started: 394, resumed: 0, succeeded: 338, failed: 24, rejected: 13 },
  ...{ timedOut: 0, canceled: 0, stuck: 25 },
}
