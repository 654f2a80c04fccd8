import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HistogramLogReader } from 'hdr-histogram-js'
import { expect, onTestFinished, test } from 'vitest'
import { deriveReports } from '../../src/cli/derive-reports.ts'
import { ShakedownError } from '../../src/errors.ts'
import { intervalPercentiles } from '../../src/metrics/latencies.ts'
import { newHistogram, prepareRecorders } from '../../src/metrics/latency-recorder.ts'
import { writeDerived } from '../../src/results/derived.ts'
import type { IntervalRow } from '../../src/results/rows.ts'
import {
  appendRow,
  createRunFolder,
  openWorkerLog,
  withAdvice,
  writeText,
} from '../../src/results/run-folder.ts'
import { readRun } from '../../src/results/run-record.ts'
import { summarize } from '../../src/results/summarize.ts'
import { parseScenario } from '../../src/scenario/parse.ts'
import { planOf } from '../../src/scenario/plan.ts'
import { END_ROW, hostRow, intervalRow, RUN_ROW, SCENARIO_TEXT, T0_MS } from './run-fixture.ts'

await prepareRecorders()

test('what is written is read back, and a second reading gives the same summary', () => {
  const folder = writtenRun({ workers: 2 })
  const record = readRun(folder)

  expect(record).toMatchObject({
    run: { ...RUN_ROW, workers: 2 },
    begin: { atMs: T0_MS },
    dropped: [],
  })
  expect(record.intervals).toHaveLength(20)
  expect(record.intervals.every(({ entries }) => entries.length === 2)).toBe(true)
  expect(record.end).toEqual(JSON.parse(JSON.stringify(END_ROW)))
  const summary = summarize(record)
  expect(summary.verdict).toBe('passed')
  expect(summary.operations.update?.responseMs).toMatchObject({ count: 40, max: 3.001 })
  expect(summarize(readRun(folder))).toEqual(summary)
})

test('what is derived: a summary, and all workers as one in roll-ups of ten seconds', () => {
  const folder = writtenRun({ workers: 2 })
  const record = readRun(folder)
  writeDerived(folder, record, summarize(record))

  expect(JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8'))).toEqual(
    JSON.parse(JSON.stringify(summarize(record))),
  )
  const reader = new HistogramLogReader(readFileSync(join(folder, 'merged.hlog'), 'utf8'))
  const rollUps = [reader.nextIntervalHistogram(), reader.nextIntervalHistogram()]
  const startedAtMs = Date.parse(RUN_ROW.startedAt)
  expect(rollUps).toMatchObject([
    { tag: 'start.lag', totalCount: 20 },
    {
      tag: 'update.accepted.response',
      totalCount: 40,
      startTimeStampMsec: startedAtMs + T0_MS,
      endTimeStampMsec: startedAtMs + T0_MS + 10_000,
    },
  ])
  expect(reader.nextIntervalHistogram()).toBeNull()
})

test('one worker or three: the merged histograms of equal records are equal files', () => {
  const [one, three] = [writtenRun({ workers: 1, repeat: 3 }), writtenRun({ workers: 3 })].map(
    (folder) => {
      const record = readRun(folder)
      writeDerived(folder, record, summarize(record))
      return readFileSync(join(folder, 'merged.hlog'), 'utf8')
    },
  )
  expect(three).toBe(one)
})

test('a run with a window that its load cannot fill is still read, and measured nothing in it', () => {
  const folder = writtenRun({ workers: 1 })
  const scenario = `${SCENARIO_TEXT}thresholds: [update.lost == 0 for 11s]\n`
  writeFileSync(join(folder, 'scenario.yaml'), scenario)

  expect(summarize(readRun(folder)).thresholds).toMatchObject([{ observed: null, passed: false }])
})

test('a folder in place of a file, and a file or nothing in place of a run, are called that', () => {
  const folder = writtenRun({})
  rmSync(join(folder, 'plan.json'))
  mkdirSync(join(folder, 'plan.json'))
  expect(() => readRun(folder)).toThrow('cannot be used: its plan.json is a folder.')
  expect(() => readRun(join(folder, 'nowhere'))).toThrow('there is no such folder.')
  expect(() => readRun(join(folder, 'scenario.yaml'))).toThrow('it is no folder.')
})

test('a run killed in a row loses that row and says so', () => {
  const folder = writtenRun({ end: false })
  appendFileSync(join(folder, 'intervals.ndjson'), '{"kind":"interval","worker":0,"sta')
  const record = readRun(folder)

  expect(record.end).toBeUndefined()
  expect(record.intervals).toHaveLength(10)
  expect(record.dropped).toEqual(['intervals.ndjson: 1 torn row left out.'])
  expect(summarize(record)).toMatchObject({
    verdict: 'invalid',
    run: { complete: false },
    notes: ['intervals.ndjson: 1 torn row left out.'],
  })
})

test('a run whose end is there and whose begin is torn is not whole, and says why', () => {
  const folder = writtenRun({})
  const file = join(folder, 'intervals.ndjson')
  const text = readFileSync(file, 'utf8')
  writeFileSync(file, text.replace('{"kind":"begin"', '{"kind":"be'))
  const { verdict, run, notes, validity } = summarize(readRun(folder))
  const begun = validity.checks.find(({ name }) => name === 'begun')

  expect({ verdict, complete: run.complete }).toEqual({ verdict: 'invalid', complete: false })
  expect(notes).toEqual(['intervals.ndjson: 1 torn row left out.'])
  expect(begun?.message).toContain('says when the load began is torn')
})

test('a timeline that is torn is told in the summary, as a torn row is', () => {
  const folder = writtenRun({})
  writeFileSync(join(folder, 'worker-0.timelines.ndjson'), '{"kind":"timeline","wor')
  const { summary } = deriveReports(folder)

  expect(summary.notes).toEqual(['worker-0.timelines.ndjson: 1 torn row left out.'])
  expect(JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8')).notes).toEqual(
    summary.notes,
  )
})

test('a run killed between a histogram and its row loses that interval and says so', () => {
  const folder = writtenRun({ end: false, withLastRow: false })
  const record = readRun(folder)

  expect(record.intervals).toHaveLength(9)
  expect(record.dropped).toEqual(['worker-0.hlog: 1 interval without a row left out.'])
})

test('a run killed in a histogram loses no finished interval', () => {
  const folder = writtenRun({ end: false, withLastRow: false })
  const log = join(folder, 'worker-0.hlog')
  truncateSync(log, readFileSync(log).length - 20)
  const record = readRun(folder)

  expect(record.intervals).toHaveLength(9)
  expect(record.dropped).toEqual([
    'worker-0.hlog: 1 torn line left out.',
    'worker-0.hlog: 1 interval without a row left out.',
  ])
})

test('a damaged log behind a finished interval makes the run invalid', () => {
  const folder = writtenRun({})
  const log = join(folder, 'worker-0.hlog')
  truncateSync(log, readFileSync(log).length - 20)
  const record = readRun(folder)

  expect(record.dropped).toContain('1 finished interval without all histograms.')
  expect(summarize(record).verdict).toBe('invalid')
})

test.each([
  ['', 'nothing'],
  ['null', 'no object'],
  ['[]', 'a list'],
  ['{"kind":"unknown"}', 'a kind nobody knows'],
  ['{"kind":"begin","atMs":"now","readyThings":1}', 'a word for a number'],
  [
    '{"kind":"interval","worker":0,"stage":"load","second":0,"fromMs":0,"toMs":1}',
    'half an interval',
  ],
  ['{"kind":"host","second":0}', 'half a host row'],
  [JSON.stringify({ ...hostRow(0), beside: { othersShare: 0.4 } }), 'half of what was beside'],
  ['{"kind":"end","atMs":1,"endedBy":"magic"}', 'an end that cannot be'],
])('the row %j is left out and counted: it is %s', (line) => {
  const folder = writtenRun({})
  appendFileSync(join(folder, 'intervals.ndjson'), `${line}\n`)

  expect(readRun(folder).dropped).toEqual(['intervals.ndjson: 1 torn row left out.'])
})

test('several threads append to one file, so rows may come in any order', () => {
  const folder = writtenRun({ workers: 2 })
  const path = join(folder, 'intervals.ndjson')
  const [first = '', ...rest] = readFileSync(path, 'utf8').trimEnd().split('\n')
  writeFileSync(path, `${[first, ...rest.reverse()].join('\n')}\n`)

  const order = readRun(folder).intervals.map(({ row }) => [row.second, row.worker])
  expect(order.slice(0, 4)).toEqual([
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ])
})

test('a folder that holds something is refused and left alone', () => {
  const folder = emptyFolder()
  writeFileSync(join(folder, 'mine.txt'), 'mine')

  expect(errorOf(() => createRunFolder(folder))).toMatchObject({
    code: 'FOLDER_UNUSABLE',
    message: `The run folder ${folder} cannot be used: it is not empty, and a run never writes over another one.`,
    hint: expect.stringContaining('--out'),
  })
  expect(readFileSync(join(folder, 'mine.txt'), 'utf8')).toBe('mine')
})

test('of two runs that are given one folder at the same moment only the first has it', () => {
  const folder = join(emptyFolder(), 'run')
  createRunFolder(folder)

  expect(errorOf(() => createRunFolder(folder))).toMatchObject({
    code: 'FOLDER_UNUSABLE',
    message: `The run folder ${folder} cannot be used: it is not empty, and a run never writes over another one.`,
  })
})

test('a folder that went through another system, with its byte order marks and ends of lines, is read', () => {
  const folder = writtenRun({ workers: 2 })
  const before = readRun(folder)
  for (const name of ['scenario.yaml', 'plan.json', 'intervals.ndjson', 'worker-0.hlog']) {
    const text = readFileSync(join(folder, name), 'utf8').replaceAll('\n', '\r\n')
    writeFileSync(join(folder, name), `\uFEFF${text}`)
  }

  expect(readRun(folder)).toEqual(before)
})

test('a folder is recommended to `report` as a shell takes it', () => {
  const folder = emptyFolder()
  const odd = join(folder, "it's & so")
  createRunFolder(odd)
  const full = new ShakedownError('FOLDER_UNUSABLE', 'It is full.', { hint: 'Make room.' })

  expect(withAdvice(odd, full)).toMatchObject({
    hint: expect.stringContaining(`\`shakedown report '${folder}/it'\\''s & so'\``),
  })
})

test('`report` is recommended for a folder that is still there, and for no other', () => {
  const folder = writtenRun({ workers: 1 })
  const full = new ShakedownError('FOLDER_UNUSABLE', 'It is full.', { hint: 'Make room.' })

  expect(withAdvice(folder, full)).toMatchObject({ hint: expect.stringContaining('report') })
  rmSync(folder, { recursive: true })
  expect(withAdvice(folder, full)).toBe(full)
})

test('an empty folder and one that does not exist are both good for a run', () => {
  const folder = emptyFolder()
  createRunFolder(folder)
  createRunFolder(join(folder, 'deep', 'below'))
})

test('a file in the place of a folder, or above it, is refused', () => {
  const file = join(emptyFolder(), 'file')
  writeFileSync(file, '')

  for (const path of [file, join(file, 'below')]) {
    expect(errorOf(() => createRunFolder(path))).toMatchObject({
      code: 'FOLDER_UNUSABLE',
      message: expect.stringContaining(path),
    })
  }
})

test.skipIf(process.getuid?.() === 0)('a folder that must not be written is refused', () => {
  const folder = emptyFolder()
  chmodSync(folder, 0o500)

  expect(errorOf(() => createRunFolder(folder))).toMatchObject({ code: 'FOLDER_UNUSABLE' })
  expect(errorOf(() => createRunFolder(join(folder, 'below')))).toMatchObject({
    code: 'FOLDER_UNUSABLE',
  })
})

test.skipIf(process.platform !== 'linux')(
  'a place where nobody can make a folder is refused',
  () => {
    expect(errorOf(() => createRunFolder('/proc/shakedown/run'))).toMatchObject({
      code: 'FOLDER_UNUSABLE',
      message: expect.stringContaining('/proc/shakedown/run'),
    })
  },
)

test.each(['scenario.yaml', 'plan.json', 'intervals.ndjson'])(
  'a folder without %s holds no run',
  (missing) => {
    const folder = writtenRun({})
    rmSync(join(folder, missing))

    expect(errorOf(() => readRun(folder))).toMatchObject({
      code: 'FOLDER_UNUSABLE',
      message: expect.stringContaining(`cannot be used: it has no ${missing}.`),
    })
  },
)

test.each([
  { file: 'plan.json', text: '{"planHash":', why: 'plan.json is not the plan of a run' },
  { file: 'plan.json', text: 'null', why: 'plan.json is not the plan of a run' },
  { file: 'intervals.ndjson', text: '', why: 'does not say which run it belongs to' },
])('with $text in $file the folder holds no run', ({ file, text, why }) => {
  const folder = writtenRun({})
  writeFileSync(join(folder, file), text)

  expect(errorOf(() => readRun(folder))).toMatchObject({
    code: 'FOLDER_UNUSABLE',
    message: expect.stringContaining(why),
  })
})

test('a second worker of the same number is a bug, and no silent mixture', () => {
  const folder = writtenRun({})
  expect(errorOf(() => openWorkerLog(folder, 0))).toMatchObject({ code: 'FOLDER_UNUSABLE' })
})

interface Written {
  readonly workers?: number
  /** How often each value is recorded, to stand for that many workers. */
  readonly repeat?: number
  readonly end?: boolean
  readonly withLastRow?: boolean
}

/** Ten seconds of load, each second with two updates of 1 and 3 ms and one lag a worker. */
function writtenRun({ workers = 1, repeat = 1, end = true, withLastRow = true }: Written): string {
  const folder = join(emptyFolder(), 'run')
  createRunFolder(folder)
  writeText(folder, 'scenario.yaml', SCENARIO_TEXT)
  const plan = planOf(parseScenario(SCENARIO_TEXT, { fileName: 'fixture.yaml' }))
  writeText(folder, 'plan.json', JSON.stringify(plan))
  appendRow(folder, { ...RUN_ROW, workers })
  appendRow(folder, { kind: 'begin', atMs: T0_MS, readyThings: 100 })
  const logs = Array.from({ length: workers }, (_, worker) => openWorkerLog(folder, worker))
  for (let second = 0; second < 10; second++) {
    for (const [worker, log] of logs.entries()) {
      const counters = {
        'start.planned': 10 / workers,
        'start.started': 10 / workers,
        'update.issued': 2 * repeat,
        'update.accepted': 2 * repeat,
      }
      const row = intervalRow(second, { worker, counters })
      const response = histogramOf(1_000, 3_000)
      const lag = histogramOf(200)
      const whole: IntervalRow = {
        ...row,
        percentiles: {
          'update.accepted.response': intervalPercentiles(response),
          'start.lag': intervalPercentiles(lag),
        },
      }
      log.add('update.accepted.response', row.fromMs, row.toMs, response)
      log.add('start.lag', row.fromMs, row.toMs, lag)
      response.destroy()
      lag.destroy()
      log.finish(whole)
    }
    appendRow(folder, hostRow(second))
  }
  if (!withLastRow) dropLastInterval(folder)
  if (end) appendRow(folder, END_ROW)
  return folder

  function histogramOf(...values: number[]) {
    const histogram = newHistogram()
    for (const value of values) histogram.recordValueWithCount(value, repeat)
    return histogram
  }
}

function dropLastInterval(folder: string): void {
  const path = join(folder, 'intervals.ndjson')
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
  const last = lines.findLastIndex((line) => line.includes('"kind":"interval"'))
  writeFileSync(path, `${lines.toSpliced(last, 1).join('\n')}\n`)
}

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'run-folder-'))
  mkdirSync(folder, { recursive: true })
  onTestFinished(() => {
    chmodSync(folder, 0o700)
    rmSync(folder, { recursive: true, force: true })
  })
  return folder
}

function errorOf(act: () => unknown): ShakedownError {
  try {
    act()
  } catch (error) {
    expect(error).toBeInstanceOf(ShakedownError)
    return error as ShakedownError
  }
  throw new Error('nothing was thrown')
}
