import { systemClock } from '../clock/clock.ts'
import { ShakedownError } from '../errors.ts'
import { prepareRecorders } from '../metrics/latency-recorder.ts'
import type { ShardFailure, ShardResult, ShardTask } from './messages.ts'
import { Shard } from './shard.ts'
import { warmUp } from './warm-up.ts'

/** What the pool runs: one shard for the whole run. Any error that is not for the person is a crash. */
export default async function runShard(task: ShardTask): Promise<ShardResult | ShardFailure> {
  await prepareRecorders()
  if (task.warmUp !== undefined) await warmUp(task.warmUp, task.shard)
  try {
    return await new Shard(task, systemClock).result
  } catch (error) {
    if (!(error instanceof ShakedownError)) throw error
    const { code, message, hint } = error
    return { failure: { code, message, hint } }
  }
}
