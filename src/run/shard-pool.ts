import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { Piscina } from 'piscina'
import { systemClock } from '../clock/clock.ts'
import { Wake } from '../clock/wake.ts'
import { ShakedownError } from '../errors.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { ownDescriptorLimit } from './machine.ts'
import type {
  FromShard,
  ShardFailure,
  ShardProgress,
  ShardResult,
  ShardTask,
  ToShard,
} from './messages.ts'
import { warmUpScenario, warmUpThings } from './warm-up-scenario.ts'

const WORKER = new URL('./shard-worker.js', import.meta.url).href
const CONNECT_AHEAD_US = 10_000
/** A worker or a stand-in that has not ended so long after it was told to end at once never will. */
const AT_ONCE_US = 5_000_000

export interface PoolSettings {
  readonly scenario: Scenario
  readonly targets: readonly string[]
  readonly folder: string
  readonly workers: number
  readonly things?: readonly number[] | undefined
  /** Whether its workers warm up before the fleet connects. */
  readonly warmUp: boolean
}

/** What the pool tells of its shards. */
export interface PoolEvents {
  interval(progress: ShardProgress): void
  /** Every shard is up, or gone: the fleet connects from this time on. */
  connecting(fromUs: number): void
  /** A shard is ready, or gone. */
  changed(): void
  /** A shard could not write. The others have to be told to end. */
  folderFailed(error: ShakedownError): void
}

/** The worker threads of a run, one shard each: started, spoken to, listened to, and waited for. */
export class ShardPool {
  readonly #settings: PoolSettings
  readonly #events: PoolEvents
  readonly #pool: Piscina
  readonly #ports: MessagePort[] = []
  readonly #shards: Promise<ShardResult | undefined>[] = []
  readonly #up = new Set<number>()
  readonly #ready = new Set<number>()
  readonly #lost = new Set<number>()
  readonly #ended = new Set<number>()
  #closed = false
  #losePatience: (error: Error) => void = () => {}
  /** Rejects when those that were told to end at once have had their time. */
  readonly patience = new Promise<never>((_, reject) => {
    this.#losePatience = reject
  })
  readonly #patienceEnds = new Wake(systemClock, () =>
    this.#losePatience(new Error(`it had not ended ${AT_ONCE_US / 1e6} s after it was told to`)),
  )

  constructor(settings: PoolSettings, runStartUs: number, events: PoolEvents) {
    const { workers, scenario } = settings
    const things = warmUpThings(ownDescriptorLimit(), workers)
    const warmUp = settings.warmUp ? warmUpScenario(scenario.fleet.mix, things) : undefined
    this.#settings = settings
    this.#events = events
    this.#pool = new Piscina({
      filename: WORKER,
      minThreads: workers,
      maxThreads: workers,
      // One task a worker for the whole run. Atomics would put the worker's event loop to sleep.
      concurrentTasksPerWorker: 1,
      atomics: 'disabled',
    })
    this.patience.catch(() => {})
    // A worker that dies after its result came has taken nothing with it.
    this.#pool.on('error', () => {})
    for (let shard = 0; shard < workers; shard++) this.#start(shard, runStartUs, warmUp)
  }

  /** Shards that have not ended. */
  get running(): number {
    return this.#settings.workers - this.#ended.size
  }

  /** Whether a shard may still tell of more. */
  isRunning(shard: number): boolean {
    return !this.#ended.has(shard)
  }

  /** Workers that went without a result. */
  get lostWorkers(): number {
    return this.#lost.size
  }

  /** Whether every shard has its things online, or is gone. */
  get allReady(): boolean {
    return this.#ready.size >= this.#settings.workers
  }

  isReady(shard: number): boolean {
    return this.#ready.has(shard)
  }

  isLost(shard: number): boolean {
    return this.#lost.has(shard)
  }

  tellAll(message: ToShard): void {
    for (const port of this.#ports) port.postMessage(message)
  }

  endAtOnce(): void {
    this.tellAll({ kind: 'stop-now' })
    this.#patienceEnds.at(systemClock.nowUs() + AT_ONCE_US)
  }

  /** Of the shards that came to their end, when all have ended or are given up. */
  async results(): Promise<ShardResult[]> {
    const settled = await Promise.all(this.#shards)
    return settled.filter((result) => result !== undefined)
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#patienceEnds.close()
    for (const port of this.#ports) port.close()
    await this.#pool.destroy()
  }

  #start(shard: number, runStartUs: number, warmUp: Scenario | undefined): void {
    const { scenario, targets, folder, workers, things } = this.#settings
    const { port1, port2 } = new MessageChannel()
    this.#ports[shard] = port1
    port1.on('message', (message: FromShard) => this.#hear(message))
    const task: ShardTask = {
      ...{ scenario, shard, shards: workers, things, targets, folder, warmUp, runStartUs },
      port: port2,
    }
    const result: Promise<ShardResult | ShardFailure> = this.#pool.run(task, {
      transferList: [port2],
    })
    this.#shards[shard] = Promise.race([result, this.patience]).then(
      (settled) => {
        this.#gone(shard)
        if (!('failure' in settled)) return settled
        const { code, message, hint } = settled.failure
        this.#events.folderFailed(new ShakedownError(code, message, { hint }))
        return undefined
      },
      (error: unknown) => {
        this.#lost.add(shard)
        if (!this.#closed) process.stderr.write(`worker ${shard} was lost: ${stackOf(error)}\n`)
        this.#gone(shard)
        return undefined
      },
    )
  }

  #hear(message: FromShard): void {
    switch (message.kind) {
      case 'up':
        this.#isUp(message.shard)
        break
      case 'ready':
        this.#ready.add(message.shard)
        this.#events.changed()
        break
      case 'interval':
        this.#events.interval(message)
        break
      default:
        message satisfies never
    }
  }

  /** When all are, the fleet connects. Not before: what a worker needs to load would look like a
   *  service that is slow to connect. */
  #isUp(shard: number): void {
    if (this.#up.has(shard)) return
    this.#up.add(shard)
    if (this.#up.size < this.#settings.workers) return
    const fromUs = systemClock.nowUs() + CONNECT_AHEAD_US
    this.tellAll({ kind: 'connect', fromUs })
    this.#events.connecting(fromUs)
  }

  #gone(shard: number): void {
    this.#ended.add(shard)
    // A worker that never came up is not waited for.
    this.#isUp(shard)
    this.#ready.add(shard)
    this.#ports[shard]?.close()
    this.#events.changed()
  }
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
