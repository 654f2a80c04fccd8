import {
  accessSync,
  appendFileSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { devNull } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { ShakedownError } from '../errors.ts'
import { logHeader, logLine } from '../metrics/interval-log.ts'
import type { Histogram } from '../metrics/latency-recorder.ts'
import type { SeriesName } from '../metrics/series.ts'
import { shellWord } from '../words.ts'
import type { IntervalRow, Row, RunRow } from './rows.ts'
import { RUN_FILES } from './run-files.ts'

/**
 * In place of the folder of a run that is not counted: what its workers write costs as much, and is
 * forgotten. Nothing of it can be left behind, whatever the moment at which the process ends.
 */
export const NO_FOLDER = devNull

/** The path of a file that is written while a run goes on. */
export function fileIn(folder: string, name: string): string {
  return folder === NO_FOLDER ? NO_FOLDER : join(folder, name)
}

export function workerLogName(worker: number): string {
  return `worker-${worker}.hlog`
}

/**
 * Makes the folder of a new run.
 * @throws ShakedownError FOLDER_UNUSABLE when it holds something, is no folder, or cannot be written.
 */
export function createRunFolder(folder: string): void {
  if (hasEntries(folder)) throw taken(folder)
  attempt(folder, () => {
    makeWithParents(resolve(folder))
    accessSync(folder, constants.W_OK | constants.X_OK)
  })
  claim(folder)
}

/** Of two runs that find it empty at the same moment one has it. */
function claim(folder: string): void {
  try {
    writeFileSync(join(folder, RUN_FILES.intervals), '', { flag: 'wx' })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') throw taken(folder)
    attempt(folder, () => {
      throw error
    })
  }
}

function taken(folder: string): ShakedownError {
  return unusable(folder, 'it is not empty, and a run never writes over another one', {
    hint: 'Name a folder that does not exist yet, or leave --out away to get one under reports/.',
  })
}

/** Appends one row as one line by one write, so that rows of several threads do not mix. */
export function appendRow(folder: string, row: Row): void {
  attempt(folder, () =>
    appendFileSync(fileIn(folder, RUN_FILES.intervals), `${JSON.stringify(row)}\n`),
  )
}

/**
 * What one worker writes: histograms into its own `.hlog` first, its row into the common
 * `intervals.ndjson` second. An interval without its row was not finished.
 */
export interface WorkerLog {
  /** Encodes one histogram, about 0.15 ms. Nothing is written before `finish`. */
  add(name: SeriesName, fromMs: number, toMs: number, histogram: Histogram): void
  /** Writes what was added and then the row. */
  finish(row: IntervalRow): void
  /** Both at once. */
  append(row: IntervalRow, histograms: Iterable<readonly [SeriesName, Histogram]>): void
}

/** Begins the log of one worker. The run row should stand already: it says when the run began. */
export function openWorkerLog(folder: string, worker: number): WorkerLog {
  const path = fileIn(folder, workerLogName(worker))
  // Of no folder the file is there already.
  const flag = folder === NO_FOLDER ? 'a' : 'wx'
  attempt(folder, () => writeFileSync(path, logHeader(startedAtMs(folder)), { flag }))
  let lines = ''
  const log: WorkerLog = {
    add(name, fromMs, toMs, histogram) {
      lines += logLine(name, fromMs, toMs, histogram)
    },
    finish(row) {
      if (lines !== '') attempt(folder, () => appendFileSync(path, lines))
      lines = ''
      appendRow(folder, row)
    },
    append(row, histograms) {
      for (const [name, histogram] of histograms) log.add(name, row.fromMs, row.toMs, histogram)
      log.finish(row)
    },
  }
  return log
}

/**
 * Writes a file of the folder as a whole, or not at all: scenario and plan before a run, reports
 * after it. On a full disk the file keeps what it had.
 */
export function writeText(folder: string, name: string, text: string): void {
  const path = join(folder, name)
  const unfinished = `${path}.unfinished`
  attempt(folder, () => {
    try {
      writeFileSync(unfinished, text)
      renameSync(unfinished, path)
    } catch (error) {
      rmSync(unfinished, { force: true })
      throw error
    }
  })
}

/**
 * A file of the folder of an earlier run, as text. What a way between systems may have put there, a byte
 * order mark and other ends of lines, is no part of it.
 * @throws ShakedownError FOLDER_UNUSABLE, with the name of what is not there.
 */
export function readFileOf(folder: string, name: string): string {
  try {
    const text = readFileSync(join(folder, name), 'utf8').replace(/^\uFEFF/, '')
    return text.includes('\r\n') ? text.replaceAll('\r\n', '\n') : text
  } catch (error) {
    throw unreadable(folder, name, error)
  }
}

/** @throws ShakedownError FOLDER_UNUSABLE when there is no such folder, or it cannot be read. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    throw unreadable(folder, undefined, error)
  }
}

function unreadable(folder: string, name: string | undefined, cause: unknown): unknown {
  const { code, message } = cause as NodeJS.ErrnoException
  if (code === undefined) return cause
  const isThere = existsSync(folder)
  const reasons: Record<string, string> = {
    ENOENT: isThere ? `it has no ${name}` : 'there is no such folder',
    ENOTDIR: 'it is no folder',
    EISDIR: `its ${name} is a folder`,
    EACCES: name === undefined ? 'it must not be read' : `its ${name} must not be read`,
  }
  const hint =
    code === 'EACCES' || code === 'EPERM'
      ? 'Ask whoever made it for the right to read it.'
      : 'Give the folder of a run; it is printed at the end of each run.'
  return unusable(folder, reasons[code] ?? message, { hint, cause })
}

/** Runs what touches the folder; what the file system refuses is said in terms of the folder. */
export function attempt<Result>(folder: string, touch: () => Result): Result {
  try {
    return touch()
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    throw unusable(folder, REASONS[code] ?? message, {
      hint:
        CURES[code] ?? 'Make it one that can be written, or give a run another folder with --out.',
      cause: error,
    })
  }
}

export function unusable(
  folder: string,
  reason: string,
  options: { hint: string; cause?: unknown },
): ShakedownError {
  return new ShakedownError(
    'FOLDER_UNUSABLE',
    `The run folder ${folder} cannot be used: ${reason}.`,
    options,
  )
}

/** The same failure of a run that has measured something: what it has is not lost. */
export function withAdvice(folder: string, error: unknown): unknown {
  if (!(error instanceof ShakedownError)) return error
  const { code, message, hint } = error
  // Moved or removed, it is not where `report` would look.
  if (!existsSync(join(folder, RUN_FILES.intervals))) return error
  const advice = `What was finished stands there; \`shakedown report ${shellWord(folder)}\` adds it up.`
  return new ShakedownError(code, message, { hint: `${hint}\n${advice}`, cause: error })
}

const REASONS: Record<string, string> = {
  EACCES: 'it must not be written',
  EPERM: 'it must not be written',
  EROFS: 'its file system is read-only',
  ENOSPC: 'its file system is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'a file of it may not grow any more',
  ENOTDIR: 'a part of its path is a file',
  EEXIST: 'it is a file',
  EISDIR: 'a folder stands where one of its files belongs',
  ENOENT: 'a file or folder of it is missing',
}

const CURES: Record<string, string> = {
  ENOSPC: 'Make room there, or name a folder on another disk with --out.',
  EDQUOT: 'Make room there, or name a folder on another disk with --out.',
  EFBIG: 'Raise the limit on the size of files (ulimit -f).',
  ENOENT: 'Name another folder with --out, and let it be while the run goes on.',
  EISDIR: 'Remove it, or move it away.',
}

/** Node's own recursive mkdir never returns where a parent can neither be found nor made, as in /proc. */
function makeWithParents(folder: string): void {
  if (existsSync(folder)) return
  const parent = dirname(folder)
  if (parent !== folder) makeWithParents(parent)
  try {
    mkdirSync(folder)
  } catch (error) {
    // Two runs at once may both be the first to want `reports`.
    const isThere = (error as NodeJS.ErrnoException).code === 'EEXIST'
    if (!isThere || !statSync(folder).isDirectory()) throw error
  }
}

function hasEntries(folder: string): boolean {
  try {
    return readdirSync(folder).length > 0
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    return attempt(folder, () => {
      throw error
    })
  }
}

/** Only tells other readers of the log when it was; 0 without a run row. */
function startedAtMs(folder: string): number {
  try {
    const [first = ''] = readFileSync(fileIn(folder, RUN_FILES.intervals), 'utf8').split('\n', 1)
    const atMs = Date.parse((JSON.parse(first) as RunRow).startedAt)
    return Number.isNaN(atMs) ? 0 : atMs
  } catch {
    return 0
  }
}
