import { expect, onTestFinished, test } from 'vitest'
import { ThreadMonitor } from '../../src/run/health.ts'

test('a piece of a second in which one callback fills the loop tells nothing of it', () => {
  const monitor = new ThreadMonitor(() => 0)
  onTestFinished(() => monitor.close())

  expect(monitor.take(3)).toBeUndefined()
  expect(monitor.take(90)).toBeUndefined()
})

test('what a short piece did not tell counts with the next one', () => {
  const monitor = new ThreadMonitor(() => 0)
  onTestFinished(() => monitor.close())
  monitor.take(60)

  // Together long enough, and told once: then the count begins anew.
  expect(monitor.take(60)?.health).toMatchObject({ eventLoopUtilisation: expect.any(Number) })
  expect(monitor.take(60)).toBeUndefined()
})

test('a standstill that ends with the very second it is in is told with that second', () => {
  const monitor = new ThreadMonitor(() => 0)
  onTestFinished(() => monitor.close())

  // No turn of the loop comes between the standstill and the reading of it.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 120)

  const told = monitor.take(120)
  expect(told?.health.loopDelayMaxMs).toBeGreaterThan(100)
  expect(told?.health.loopDelayP99Ms).toBeGreaterThan(100)
  // Once: the next second has nothing of it.
  expect(monitor.take(120)?.health.loopDelayMaxMs).toBeLessThan(100)
})

test('an answer that waits to be handled is a delay, though the loop itself goes round', () => {
  const monitor = new ThreadMonitor(() => 60_000)
  onTestFinished(() => monitor.close())

  expect(monitor.take(120)?.health.loopDelayMaxMs).toBeGreaterThanOrEqual(60)
})
