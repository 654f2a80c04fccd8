import { expect, test } from 'vitest'
import { prepareRecorders } from '../../src/metrics/latency-recorder.ts'
import { takenWords } from '../../src/results/beside.ts'
import { summarize } from '../../src/results/summarize.ts'
import { besideOf, procStatTimes } from '../../src/run/beside-monitor.ts'
import { hostRow, interval, intervalRow, runRecord, SECONDS } from './run-fixture.ts'

await prepareRecorders()

const OTHERS = 'other processes used 64% of the cores meanwhile: end them, or measure again.'

test.each([
  [{ othersShare: 0.64, stolenShare: 0, idleShare: 0.1 }, 2, OTHERS],
  [{ othersShare: 0.2, stolenShare: 0.2, idleShare: 0.1 }, 2, undefined],
  [{ othersShare: 0.21, stolenShare: 0, idleShare: 0 }, 2, 'other processes used 21% '],
  [{ othersShare: 0.1, stolenShare: 0.3, idleShare: 0 }, 2, 'virtual machine took 30% of the'],
  [{ othersShare: 0.3, stolenShare: 0.4, idleShare: 0 }, 2, 'other processes used 30% '],
  // What a host takes was wanted, however idle the other cores are.
  [{ othersShare: 0.3, stolenShare: 0.4, idleShare: 0.2 }, 16, 'virtual machine took 40% of the'],
  // A core was free all the time: what others used of the rest kept nobody waiting.
  [{ othersShare: 0.64, stolenShare: 0, idleShare: 0.1 }, 16, undefined],
])('with %o on %i cores the cure is %s', (beside, cores, words) => {
  const taken = takenWords(beside, cores)

  if (words === undefined) expect(taken).toBeUndefined()
  else expect(taken).toContain(words)
})

test('of a run without the column nobody is accused', () => {
  expect(takenWords(undefined, 2)).toBeUndefined()
})

/** Late starts and a late, busy loop beside what is given. */
function lateRun(beside: Parameters<typeof hostRow>[1]) {
  const health = { eventLoopUtilisation: 0.95, loopDelayP99Ms: 80 }
  const { generator, validity } = summarize(
    runRecord({
      intervals: SECONDS.map((second) =>
        interval(intervalRow(second, { health }), { 'start.lag': [20_000] }),
      ),
      hosts: SECONDS.map((second) => hostRow(second, second < 5 ? beside : {})),
    }),
  )
  const failed = validity.checks.filter(({ level }) => level === 'invalid')
  return { generator, failed }
}

test('checks of lateness name who took the processor, by the mean of the seconds that tell it', () => {
  const beside = { othersShare: 0.64, stolenShare: 0.02, idleShare: 0.1 }
  const { generator, failed } = lateRun({ beside })

  expect(generator?.beside).toEqual({
    othersShare: expect.closeTo(0.64),
    stolenShare: expect.closeTo(0.02),
    idleShare: expect.closeTo(0.1),
  })
  expect(failed.map(({ name, message }) => [name, message?.endsWith(OTHERS)])).toEqual([
    ['schedule-lag', true],
    ['event-loop-utilisation', true],
    ['loop-delay', true],
  ])
})

test('rows of an earlier version have the usual cures and no mean', () => {
  const { generator, failed } = lateRun({})

  expect(generator).not.toHaveProperty('beside')
  expect(failed.map(({ message }) => message)).toEqual([
    expect.stringContaining('lower the rate'),
    expect.stringContaining('use more workers'),
    expect.stringMatching(/later than they came\.$/),
  ])
})

test('the first line of /proc/stat is read, waiting for disks as idle and steal by itself', () => {
  const stat = 'cpu  100 10 20 500 50 5 7 30 3 0\ncpu0 1 1 1 1 1 1 1 1 0 0\nintr 5\n'

  expect(procStatTimes(stat)).toEqual({ busy: 135, idle: 550, stolen: 30, total: 722 })
})

test.each(['', 'cpu\n', 'intr 5\n', 'cpu0 1 2 3 4\n'])('%j tells no times', (stat) => {
  expect(procStatTimes(stat)).toBeUndefined()
})

const BEFORE = { busy: 1_000, idle: 5_000, stolen: 10, total: 6_010 }

test('what is left of the busy share when ours is taken away is that of the others', () => {
  const after = { busy: 1_150, idle: 5_030, stolen: 30, total: 6_210 }

  expect(besideOf(BEFORE, after, 0.25)).toEqual({
    othersShare: 0.5,
    stolenShare: 0.1,
    idleShare: 0.15,
  })
})

test('others never use less than nothing, and idle time that is counted back is none', () => {
  const after = { busy: 1_100, idle: 4_990, stolen: 10, total: 6_110 }

  expect(besideOf(BEFORE, after, 1.02)).toMatchObject({ othersShare: 0, idleShare: 0 })
})

test('a machine that counts nothing tells nothing', () => {
  expect(besideOf(BEFORE, BEFORE, 0.1)).toBeUndefined()
})
