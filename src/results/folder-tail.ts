import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { intervalKey, type LogEntry, readLog } from '../metrics/interval-log.ts'
import { parseRow } from './parse-row.ts'
import type { HostRow } from './rows.ts'
import { RUN_FILES } from './run-files.ts'
import { attempt, workerLogName } from './run-folder.ts'
import type { FinishedInterval } from './run-record.ts'

/** In the order in which they were written. */
interface MeasuredRows {
  readonly intervals: readonly FinishedInterval[]
  readonly hosts: readonly HostRow[]
}

/**
 * Reads a run folder while the run goes on: each time what was finished since. It is the record that
 * the report is made from, so what is decided on it is what the report will say.
 */
export class FolderTail {
  readonly #folder: string
  readonly #wanted: ReadonlySet<string>
  readonly #rows: FileTail
  readonly #logs: readonly FileTail[]
  /** By worker, then by interval: histograms are written before the row they belong to. */
  readonly #entries: readonly Map<string, LogEntry[]>[]

  /** @param wanted histograms by name; others are passed over. */
  constructor(folder: string, workers: number, wanted: Iterable<string>) {
    const all = Array.from({ length: workers }, (_, worker) => worker)
    this.#folder = folder
    this.#wanted = new Set(wanted)
    this.#rows = new FileTail(join(folder, RUN_FILES.intervals))
    this.#logs = all.map((worker) => new FileTail(join(folder, workerLogName(worker))))
    this.#entries = all.map(() => new Map())
  }

  /** @throws ShakedownError FOLDER_UNUSABLE */
  take(): MeasuredRows {
    return attempt(this.#folder, () => this.#take())
  }

  close(): void {
    for (const file of [this.#rows, ...this.#logs]) file.close()
  }

  #take(): MeasuredRows {
    // The rows first: whatever a row counts on stands in the logs by then.
    const rows = this.#rows
      .take()
      .split('\n')
      .flatMap((line) => (line === '' ? [] : (parseRow(line) ?? [])))
    if (this.#wanted.size > 0) this.#takeEntries()
    const intervals = rows
      .filter((row) => row.kind === 'interval')
      .map((row): FinishedInterval => {
        const key = intervalKey(row.fromMs)
        const entries = this.#entries[row.worker]?.get(key) ?? []
        this.#entries[row.worker]?.delete(key)
        return { row, entries }
      })
    return { intervals, hosts: rows.filter((row) => row.kind === 'host') }
  }

  #takeEntries(): void {
    for (const [worker, log] of this.#logs.entries()) {
      for (const entry of readLog(log.take(), () => {})) {
        if (!this.#wanted.has(entry.name)) continue
        const key = intervalKey(entry.fromMs)
        const entries = this.#entries[worker]?.get(key)
        if (entries) entries.push(entry)
        else this.#entries[worker]?.set(key, [entry])
      }
    }
  }
}

/** The whole lines that a file has got since the last look. */
class FileTail {
  readonly #path: string
  #descriptor: number | undefined
  #offset = 0
  /** Bytes of a line that has no end yet. */
  #rest: Buffer = Buffer.alloc(0)

  constructor(path: string) {
    this.#path = path
  }

  take(): string {
    // A worker that never came up has no log.
    if (this.#descriptor === undefined && !existsSync(this.#path)) return ''
    this.#descriptor ??= openSync(this.#path, 'r')
    const bytes = Buffer.alloc(Math.max(0, fstatSync(this.#descriptor).size - this.#offset))
    const length = readSync(this.#descriptor, bytes, 0, bytes.length, this.#offset)
    this.#offset += length
    const text = Buffer.concat([this.#rest, bytes.subarray(0, length)])
    const end = text.lastIndexOf(0x0a) + 1
    this.#rest = text.subarray(end)
    return text.toString('utf8', 0, end)
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor)
    this.#descriptor = undefined
  }
}
