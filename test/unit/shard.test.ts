import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MessageChannel } from 'node:worker_threads'
import { expect, onTestFinished, test } from 'vitest'
import { VirtualClock } from '../../src/clock/clock.ts'
import { prepareRecorders } from '../../src/metrics/latency-recorder.ts'
import { createRunFolder } from '../../src/results/run-folder.ts'
import { Shard } from '../../src/run/shard.ts'
import { parseScenario } from '../../src/scenario/parse.ts'

await prepareRecorders()

const SCENARIO = `
name: shard
fleet: { things: 2, mix: [{ share: 100%, transport: http }] }
jobs: [{ id: job, document: { operation: install }, perThing: 1 }]
load: { arrivals: [{ name: none, rate: 0/s, for: 1s }] }
`

/** A shard that is never told to connect. */
function started() {
  const folder = mkdtempSync(join(tmpdir(), 'shakedown-shard-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  createRunFolder(folder)
  const { port1, port2 } = new MessageChannel()
  onTestFinished(() => port2.close())
  const scenario = parseScenario(SCENARIO, { fileName: 'shard.yaml' })
  const targets = ['http://127.0.0.1:1']
  const task = {
    scenario,
    shard: 0,
    shards: 1,
    targets,
    folder,
    warmUp: undefined,
    runStartUs: 0,
    port: port1,
  }
  const shard = new Shard(task, new VirtualClock())
  const stop = () => port2.postMessage({ kind: 'stop-now' })
  return { shard, stop }
}

test('the last answer is the one that came last, and not the one that was handled last', async () => {
  const { shard, stop } = started()
  const reply = { kind: 'accepted', execution: undefined } as const

  shard.answered(0, undefined, reply, 7_000)
  shard.answered(1, undefined, reply, 5_000)
  stop()

  expect((await shard.result).lastAnswerMs).toBe(7)
})
