// Loaded into the run with NODE_OPTIONS=--import: an error that nobody catches, in one worker thread,
// once the file that CRASH_WORKER_WHEN names exists. The program itself has no such door.
import { existsSync } from 'node:fs'
import { isMainThread, threadId } from 'node:worker_threads'

const { CRASH_WORKER_WHEN: file } = process.env

/** Of the threads of a run, the pool's first. One that takes its place has another number. */
const FIRST_WORKER = 1

if (!isMainThread && threadId === FIRST_WORKER && file !== undefined) {
  const look = () => {
    if (existsSync(file)) throw new Error('a crash that the test wants')
  }
  setInterval(look, 5).unref()
}
