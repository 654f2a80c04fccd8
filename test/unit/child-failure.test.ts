import { expect, test } from 'vitest'
import { startRefused } from '../../src/cli/child-failure.ts'

test.each([
  { code: 'EAGAIN', why: 'no more processes or threads are allowed', cure: 'ulimit -u' },
  { code: 'ENOMEM', why: 'there is no memory left', cure: 'Free memory' },
  { code: 'ERR_ACCESS_DENIED', why: 'permission model', cure: '--allow-child-process' },
  { code: 'EUNKNOWN', why: 'spawn node EUNKNOWN', cure: 'Let Node start processes' },
])('a process that the system refuses with $code is told with its cure', ({ code, why, cure }) => {
  const refused = startRefused(
    'The stand-in',
    Object.assign(new Error(`spawn node ${code}`), { code }),
  )

  expect(refused).toMatchObject({ name: 'ShakedownError', code: 'MACHINE_TOO_SMALL' })
  expect((refused as Error).message).toMatch(/^The stand-in cannot be started as a process: .*\.$/)
  expect((refused as Error).message).toContain(why)
  expect((refused as { hint: string }).hint).toContain(cure)
})

test('what is no word of the system stays the bug it is', () => {
  const bug = new TypeError('undefined is not a function')
  expect(startRefused('The stand-in', bug)).toBe(bug)
})
