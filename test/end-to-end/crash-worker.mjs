// Loaded into the run with NODE_OPTIONS=--import: one worker thread meets an error that nobody catches,
// or stands still for ever if the file says so, once the file that CRASH_WORKER_WHEN names exists. The
// program itself has no such door.
import { readFileSync } from 'node:fs'
import { isMainThread, threadId } from 'node:worker_threads'

const { CRASH_WORKER_WHEN: file } = process.env

/** Of the threads of a run, the pool's first. One that takes its place has another number. */
const FIRST_WORKER = 1

if (!isMainThread && threadId === FIRST_WORKER && file !== undefined) {
  const look = () => {
    const told = read()
    if (told === 'crash') throw new Error('a crash that the test wants')
    if (told === 'stand still') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  }
  setInterval(look, 5).unref()
}

function read() {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
