import { expect, onTestFinished, test } from 'vitest'
import { ThreadMonitor } from '../../src/run/health.ts'

test('a piece of a second in which one callback fills the loop tells nothing of it', () => {
  const monitor = new ThreadMonitor()
  onTestFinished(() => monitor.close())

  expect(monitor.take(3)).toBeUndefined()
  expect(monitor.take(90)).toBeUndefined()
})

test('what a short piece did not tell counts with the next one', () => {
  const monitor = new ThreadMonitor()
  onTestFinished(() => monitor.close())
  monitor.take(60)

  // Together long enough, and told once: then the count begins anew.
  expect(monitor.take(60)?.health).toMatchObject({ eventLoopUtilisation: expect.any(Number) })
  expect(monitor.take(60)).toBeUndefined()
})
