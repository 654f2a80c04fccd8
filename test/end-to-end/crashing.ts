import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Started, startedWith } from './command-line.ts'

const CRASH = new URL('./crash-worker.mjs', import.meta.url).href

/** A run of which one worker thread can be made to crash. */
export function startedToCrash(
  folder: string,
  ...words: string[]
): { run: Started; crashWorker(): void } {
  const file = join(folder, 'crash')
  const env = { NODE_OPTIONS: `--import ${CRASH}`, CRASH_WORKER_WHEN: file }
  return { run: startedWith({ env }, ...words), crashWorker: () => writeFileSync(file, '') }
}
