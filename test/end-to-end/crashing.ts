import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Started, startedWith } from './command-line.ts'

const CRASH = new URL('./crash-worker.mjs', import.meta.url).href

/** A run of which one worker thread can be made to crash, or to stand still for ever. */
export function startedToCrash(
  folder: string,
  ...words: string[]
): { run: Started; crashWorker(): void; stopWorker(): void } {
  const file = join(folder, 'crash')
  const env = { NODE_OPTIONS: `--import ${CRASH}`, CRASH_WORKER_WHEN: file }
  const tell = (what: string) => {
    writeFileSync(`${file}.new`, what)
    renameSync(`${file}.new`, file)
  }
  return {
    run: startedWith({ env }, ...words),
    crashWorker: () => tell('crash'),
    stopWorker: () => tell('stand still'),
  }
}
