import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ShakedownError } from '../../src/errors.ts'
import { writeText } from '../../src/results/run-folder.ts'

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'shakedown-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

test('a file that finds no room keeps what it had, and nothing of the new one is left', () => {
  const path = folder()
  writeText(path, 'summary.json', 'the old one')
  // Where the new one would be written first, every write answers ENOSPC.
  symlinkSync('/dev/full', join(path, 'summary.json.unfinished'))

  const refused = () => writeText(path, 'summary.json', 'the new one')

  expect(refused).toThrow(ShakedownError)
  expect(readFileSync(join(path, 'summary.json'), 'utf8')).toBe('the old one')
  expect(readdirSync(path)).toEqual(['summary.json'])
})

test('a file is replaced as a whole', () => {
  const path = folder()
  writeText(path, 'summary.json', 'a long old text')
  writeText(path, 'summary.json', 'new')
  expect(readFileSync(join(path, 'summary.json'), 'utf8')).toBe('new')
  expect(readdirSync(path)).toEqual(['summary.json'])
})
