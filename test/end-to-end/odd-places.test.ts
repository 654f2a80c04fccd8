import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { MAIN, SCENARIOS, temporaryFolder } from './command-line.ts'

const POSIX = process.platform !== 'win32'

/** In a shell, with the command as `"$@"`. */
function inShell(script: string, ...words: string[]): { status: number | null; stderr: string } {
  const command = [process.execPath, MAIN, ...words]
  return spawnSync('sh', ['-c', script, 'sh', ...command], { encoding: 'utf8' })
}

test.skipIf(!POSIX)('a folder that is gone from under the command is named', () => {
  const folder = join(temporaryFolder(), 'gone')
  const file = join(SCENARIOS, 'smoke.yaml')

  const ended = inShell(
    `mkdir '${folder}' && cd '${folder}' && rmdir '${folder}' && exec "$@"`,
    ...['validate', file],
  )

  expect(ended).toMatchObject({
    status: 2,
    stderr:
      'The folder from which this was started is gone.\n' +
      'Change into one that exists (cd), and start it again.\n',
  })
})

// Elsewhere a process does not learn its limit without loading more.
test.skipIf(process.platform !== 'linux')(
  'a limit of open files with which nothing loads is named before anything is loaded',
  () => {
    const ended = inShell('ulimit -n 40 && exec "$@"', '--version')

    expect(ended.status, ended.stderr).toBe(2)
    expect(ended.stderr).toContain('The limit of open files is too low: 40 found')
  },
)
