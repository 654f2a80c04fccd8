import { expect, onTestFinished, test, vi } from 'vitest'
import { ExitCode } from '../../src/cli/exit-codes.ts'
import { listenForSignals } from '../../src/cli/run-end.ts'
import { Stopping } from '../../src/run/stopping.ts'

/** What listens since the test began, called as the signal would. */
function signals(): { send(): void; count(): number } {
  const before = new Set(process.listeners('SIGINT'))
  const added = () => process.listeners('SIGINT').filter((listener) => !before.has(listener))
  onTestFinished(() => {
    for (const listener of added()) process.off('SIGINT', listener)
  })
  return {
    send: () => {
      for (const listener of added()) listener('SIGINT')
    },
    count: () => added().length,
  }
}

test('a signal behind the reports ends the process with the code of its run, and asks for nothing', () => {
  const { send } = signals()
  const exit = vi.spyOn(process, 'exit').mockImplementation((() => {}) as never)
  onTestFinished(() => exit.mockRestore())
  const stopping = new Stopping()

  listenForSignals(stopping)(ExitCode.ThresholdsFailed)
  send()

  expect(exit).toHaveBeenCalledExactlyOnceWith(ExitCode.ThresholdsFailed)
  expect(stopping.requested).toBe(false)
})

test('where no run has ended nothing listens any more', () => {
  const { count } = signals()

  listenForSignals(new Stopping())()

  expect(count()).toBe(0)
})
