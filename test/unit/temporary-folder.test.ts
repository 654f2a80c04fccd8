import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { temporaryFolder } from '../../src/cli/temporary-folder.ts'
import { ShakedownError } from '../../src/errors.ts'
import { unusable } from '../../src/results/run-folder.ts'

function place(): string {
  const folder = mkdtempSync(join(tmpdir(), 'shakedown-'))
  onTestFinished(() => {
    vi.unstubAllEnvs()
    rmSync(folder, { recursive: true })
  })
  return folder
}

test.each([
  { name: 'nowhere', why: 'there is no such folder' },
  { name: 'file', why: 'a part of its path is a file' },
])('where temporary files go, and $why, is said with the name of the setting', ({ name, why }) => {
  const folder = place()
  writeFileSync(join(folder, 'file'), '')
  vi.stubEnv('TMPDIR', join(folder, name))

  const make = () => temporaryFolder('shakedown-verify-')

  expect(make).toThrow(
    expect.objectContaining({
      name: 'ShakedownError',
      message: `No temporary folder can be made in ${join(folder, name)}: ${why}.`,
      hint: expect.stringContaining('TMPDIR'),
    }),
  )
})

test('a run folder that is about to go is not recommended to `report`', () => {
  vi.stubEnv('TMPDIR', place())
  const temporary = temporaryFolder('shakedown-verify-')
  const full = unusable(temporary.path, 'its file system is full', {
    hint: `Name a folder with --out.\n\`shakedown report ${temporary.path}\` adds it up.`,
  })

  const explained = temporary.explained(full)
  temporary.remove()

  expect(explained).toMatchObject({ message: full.message, code: 'FOLDER_UNUSABLE' })
  expect((explained as ShakedownError).hint).not.toMatch(/--out|report/)
  expect((explained as ShakedownError).hint).toContain('TMPDIR')
  expect(existsSync(temporary.path)).toBe(false)
})

test('what has nothing to do with the folder is not explained by it', () => {
  vi.stubEnv('TMPDIR', place())
  const temporary = temporaryFolder('shakedown-verify-')
  const lost = new ShakedownError('STAND_IN_LOST', 'The stand-in is gone.', { hint: '' })

  expect(temporary.explained(lost)).toBe(lost)
  temporary.remove()
})
