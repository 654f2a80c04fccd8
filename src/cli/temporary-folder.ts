import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ShakedownError } from '../errors.ts'
import { reasonOf } from './output-file.ts'

export interface TemporaryFolder {
  readonly path: string
  remove(): void
  /** A run folder in it that cannot be used gets a cure that helps: what is in it is about to go. */
  explained(error: unknown): unknown
}

const ELSEWHERE =
  'Make room there, or name another folder for temporary files, TMPDIR=/path, that can be written.'

/**
 * Is gone when the process ends, by a third Ctrl-C too, which waits for no `finally`.
 * @throws ShakedownError FOLDER_UNUSABLE
 */
export function temporaryFolder(prefix: string): TemporaryFolder {
  const path = made(prefix)
  // A worker may still write into it.
  const remove = () => rmSync(path, { recursive: true, force: true, maxRetries: 3 })
  process.once('exit', remove)
  return {
    path,
    remove() {
      process.off('exit', remove)
      remove()
    },
    explained(error) {
      if (!(error instanceof ShakedownError) || error.code !== 'FOLDER_UNUSABLE') return error
      return new ShakedownError(error.code, error.message, { hint: ELSEWHERE, cause: error })
    },
  }
}

function made(prefix: string): string {
  try {
    return mkdtempSync(join(tmpdir(), prefix))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    const why =
      code === 'ENOENT' ? 'there is no such folder' : reasonOf(error as NodeJS.ErrnoException)
    throw new ShakedownError(
      'FOLDER_UNUSABLE',
      `No temporary folder can be made in ${tmpdir()}: ${why}.`,
      { hint: ELSEWHERE, cause: error },
    )
  }
}
