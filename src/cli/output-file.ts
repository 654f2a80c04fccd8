import { closeSync, existsSync, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { ShakedownError } from '../errors.ts'

/**
 * Known before the work that fills it. What was not there is not left behind, should the work end early.
 * @throws ShakedownError USAGE
 */
export function checkWritable(file: string): void {
  attempt(file, () => {
    const isNew = !existsSync(file)
    closeSync(openSync(file, 'a'))
    if (isNew) rmSync(file)
  })
}

/** @throws ShakedownError USAGE */
export function makeFolderOf(file: string): void {
  attempt(file, () => mkdirSync(dirname(file), { recursive: true }))
}

/** @throws ShakedownError USAGE */
export function writeOutput(file: string, text: string): void {
  attempt(file, () => writeFileSync(file, text))
}

function attempt(file: string, touch: () => void): void {
  try {
    touch()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error
    const why = reasonOf(error as NodeJS.ErrnoException)
    throw new ShakedownError('USAGE', `${file} cannot be written: ${why}.`, {
      hint: 'Name a file in a folder that exists and can be written.',
      cause: error,
    })
  }
}

/** Why something cannot be written, without a full stop. */
export function reasonOf({ code = '', message }: NodeJS.ErrnoException): string {
  return REASONS[code] ?? message
}

const REASONS: Readonly<Record<string, string>> = {
  EISDIR: 'it is a folder',
  ENOENT: 'its folder does not exist',
  ENOTDIR: 'a part of its path is a file',
  EEXIST: 'a part of its path is a file',
  EACCES: 'that is not allowed',
  EROFS: 'its file system is read-only',
  ENOSPC: 'its file system is full',
}
