// Loaded into the run with NODE_OPTIONS=--import: no worker thread gets a port to warm up on, or, if
// HOLD_WARM_UP names a file, it makes that file and stands still in the middle of its warm-up. The
// program itself has no such door.
import { writeFileSync } from 'node:fs'
import { Server } from 'node:net'
import { isMainThread } from 'node:worker_threads'

const { HOLD_WARM_UP: file } = process.env

if (!isMainThread) {
  if (file === undefined) {
    Server.prototype.listen = () => {
      throw new Error('no port, as the test wants')
    }
  } else {
    const { emit } = Server.prototype
    Server.prototype.emit = function (event, ...values) {
      // The first thing connects: the shard of the warm-up is there, with all that it writes to.
      if (event !== 'connection') return emit.call(this, event, ...values)
      writeFileSync(file, '')
      return Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0) === 'ok'
    }
  }
}
