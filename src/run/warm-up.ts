import { MessageChannel } from 'node:worker_threads'
import { systemClock } from '../clock/clock.ts'
import { Wake } from '../clock/wake.ts'
import { NO_FOLDER } from '../results/run-folder.ts'
import type { Scenario } from '../scenario/scenario.ts'
import type { FromShard, ShardResult, ToShard } from './messages.ts'
import { startNullTarget } from './null-target.ts'
import { Shard } from './shard.ts'

/** It takes a second or so. What is not warm by then is not waited for. */
const LIMIT_US = 3_000_000

/**
 * Plays a small fleet in this thread against a null target in this thread, before the worker says that
 * it is up. The first starts would otherwise be made by code that the engine has not compiled yet, ten
 * times as slow, and their lag would be that of the engine: a thousand in the first second, or one of
 * ten. Nothing of it is counted or kept, and a worker that cannot warm up says so and starts cold.
 *
 * @param scenario of `warmUpScenario`.
 * @param shard named where it cannot be done.
 * @param limitUs after which what is not warm is not waited for.
 * @returns how many start-nexts were answered.
 */
export async function warmUp(
  scenario: Scenario,
  shard: number,
  limitUs = LIMIT_US,
): Promise<number> {
  try {
    const { counters } = await playWarmUp(scenario, limitUs)
    return counters['start-next.accepted'] ?? 0
  } catch (error) {
    process.stderr.write(`worker ${shard} starts cold: ${String(error)}\n`)
    return 0
  }
}

async function playWarmUp(scenario: Scenario, limitUs: number): Promise<ShardResult> {
  const { targets, close } = await startNullTarget()
  return await playAgainst(targets, scenario, limitUs).finally(close)
}

async function playAgainst(
  targets: readonly string[],
  scenario: Scenario,
  limitUs: number,
): Promise<ShardResult> {
  const { port1, port2 } = new MessageChannel()
  const tell = (message: ToShard) => port1.postMessage(message)
  port1.on('message', ({ kind }: FromShard) => {
    const nowUs = systemClock.nowUs()
    if (kind === 'up') tell({ kind: 'connect', fromUs: nowUs })
    if (kind === 'ready') tell({ kind: 'begin', t0Us: nowUs })
  })
  const limit = new Wake(systemClock, () => tell({ kind: 'stop-now' }))
  limit.at(systemClock.nowUs() + limitUs)
  try {
    const runStartUs = systemClock.nowUs()
    const share = { scenario, shard: 0, shards: 1, targets, folder: NO_FOLDER, warmUp: undefined }
    return await new Shard({ ...share, runStartUs, port: port2 }, systemClock).result
  } finally {
    limit.close()
    port1.close()
  }
}
