import { expect, onTestFinished, test } from 'vitest'
import { systemClock, VirtualClock } from '../../src/clock/clock.ts'
import { Wake } from '../../src/clock/wake.ts'

/** The next call, with its time. */
function called(times: (us: number) => void = () => {}) {
  let tell: (nowUs: number) => void = () => {}
  const next = () => new Promise<number>((resolve) => (tell = resolve))
  const wake = new Wake(systemClock, (nowUs) => {
    times(nowUs)
    tell(nowUs)
  })
  onTestFinished(() => wake.close())
  return { wake, next }
}

test.each([0, 40, 300, 999, 1_000, 1_700, 12_345])(
  'a call wanted in %i µs does not come before its time',
  async (delayUs) => {
    const { wake, next } = called()
    for (let round = 0; round < 10; round++) {
      const atUs = systemClock.nowUs() + delayUs
      const coming = next()
      wake.at(atUs)
      expect(await coming).toBeGreaterThanOrEqual(atUs)
    }
  },
)

test('a second time replaces the first, earlier or later, and brings one call', async () => {
  const calls: number[] = []
  const { wake, next } = called((nowUs) => calls.push(nowUs))
  const startUs = systemClock.nowUs()
  const coming = next()
  wake.at(startUs + 1_000)
  wake.at(startUs + 30_000)
  wake.at(startUs + 20_000)
  await coming
  expect(calls).toHaveLength(1)
  expect(calls[0]).toBeGreaterThanOrEqual(startUs + 20_000)
})

test('a call that is taken back does not come, and the wake can be used again', async () => {
  const calls: number[] = []
  const { wake, next } = called((nowUs) => calls.push(nowUs))
  wake.at(systemClock.nowUs() + 1_000)
  wake.at(Number.POSITIVE_INFINITY)
  const atUs = systemClock.nowUs() + 10_000
  const coming = next()
  wake.at(atUs)
  await coming
  expect(calls).toHaveLength(1)
  expect(calls[0]).toBeGreaterThanOrEqual(atUs)
})

test('the call may name the next time itself', async () => {
  const startUs = systemClock.nowUs()
  const calls: number[] = []
  await new Promise<void>((resolve) => {
    const wake = new Wake(systemClock, (nowUs) => {
      calls.push(nowUs)
      if (calls.length < 5) wake.at(startUs + calls.length * 2_500)
      else resolve()
    })
    onTestFinished(() => wake.close())
    wake.at(startUs)
  })
  calls.forEach((nowUs, index) => {
    expect(nowUs).toBeGreaterThanOrEqual(startUs + index * 2_500)
  })
})

test('waiting for a clock that stands still leaves the event loop free and idle', async () => {
  const clock = new VirtualClock()
  let called = 0
  const wake = new Wake(clock, () => {
    called += 1
  })
  onTestFinished(() => wake.close())
  wake.at(500)
  const before = performance.eventLoopUtilization()
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(called).toBe(0)
  expect(performance.eventLoopUtilization(before).idle).toBeGreaterThan(0)
  clock.moveTo(500)
  await expect.poll(() => called).toBe(1)
})

test('nothing comes after close', async () => {
  const calls: number[] = []
  const { wake } = called((nowUs) => calls.push(nowUs))
  wake.at(systemClock.nowUs() + 1_000)
  wake.close()
  wake.at(systemClock.nowUs())
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(calls).toEqual([])
})
