import { systemClock } from '../clock/clock.ts'
import { prepareRecorders } from '../metrics/latency-recorder.ts'
import type { ShardResult, ShardTask } from './messages.ts'
import { Shard } from './shard.ts'

/** What the pool runs: one shard for the whole run. */
export default async function runShard(task: ShardTask): Promise<ShardResult> {
  await prepareRecorders()
  return new Shard(task, systemClock).result
}
