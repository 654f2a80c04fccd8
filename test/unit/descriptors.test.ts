import fc from 'fast-check'
import { expect, onTestFinished, test, vi } from 'vitest'
import { descriptorRefusal } from '../../src/cli/descriptor-floor.ts'
import { ProcessMonitor } from '../../src/run/health.ts'
import { warmUpScenario, warmUpThings } from '../../src/run/warm-up-scenario.ts'
import { mixCounts } from '../../src/scenario/mix.ts'
import { parseScenario } from '../../src/scenario/parse.ts'

test('a limit of open files with which the program does not load is named, with its cure', () => {
  expect(descriptorRefusal(100)).toMatch(/^The limit of open files is too low: 100 found, 128 /)
  expect(descriptorRefusal(100)).toContain('ulimit -n 128')
  expect(descriptorRefusal(128)).toBeUndefined()
  expect(descriptorRefusal(null)).toBeUndefined()
})

test('a warm-up of all workers at once leaves room for what else a process has open', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 256, max: 5_000 }),
      fc.integer({ min: 1, max: 4 }),
      (limit, workers) => {
        const things = warmUpThings(limit, workers)
        expect(things).toBeGreaterThanOrEqual(2)
        expect(things).toBeLessThanOrEqual(200)
        expect(things === 2 || 2 * things * workers + 64 + 30 * workers <= limit).toBe(true)
      },
    ),
  )
})

test('a warm-up has all of its things where descriptors are plenty', () => {
  expect([warmUpThings(null, 4), warmUpThings(20_000, 4), warmUpThings(1_024, 1)]).toEqual([
    200, 200, 200,
  ])
  expect(warmUpThings(1_024, 4)).toBeLessThan(200)
})

test('the smallest warm-up still has things of both transports', () => {
  const text = `
name: both
fleet: { things: 10, mix: [{ share: 50%, transport: mqtt }, { share: 50%, transport: http }] }
load: { arrivals: [{ rate: 1/s, for: 1s }] }
`
  const { mix } = parseScenario(text, { fileName: 'test' }).fleet

  const { fleet } = warmUpScenario(mix, warmUpThings(10, 64))

  expect([...mixCounts({ fleet })]).toEqual([1, 1])
})

test('a system that does not tell the memory of a process does not end a run', () => {
  vi.spyOn(process.memoryUsage, 'rss').mockImplementation(() => {
    throw Object.assign(new Error('ENOENT: uv_resident_set_memory'), { code: 'ENOENT' })
  })
  onTestFinished(() => void vi.restoreAllMocks())

  const { rssMiB } = new ProcessMonitor().take(1_000)

  expect(rssMiB).toBeGreaterThan(10)
})
