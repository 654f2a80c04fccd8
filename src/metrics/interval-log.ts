import {
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  type Histogram,
  initWebAssemblySync,
} from 'hdr-histogram-js'
import type { SeriesName } from './series.ts'
import { HIGHEST_US } from './slots.ts'

/** One tagged line of a log. Its histogram stays text until somebody wants it. */
export interface LogEntry {
  readonly name: SeriesName
  /** Offsets from the start of the run, with microseconds as decimals. */
  readonly fromMs: number
  readonly toMs: number
  /** Compressed V2 encoding in base64. */
  readonly encoded: string
}

/** What stands before the first entry. @param startedAtMs milliseconds since the epoch. */
export function logHeader(startedAtMs: number): string {
  const seconds = (startedAtMs / 1e3).toFixed(3)
  return [
    '#[Histogram log format version 1.3]',
    `#[StartTime: ${seconds} (seconds since epoch), ${new Date(startedAtMs).toISOString()}]`,
    // Offsets are small numbers: without this line a reader has to guess that they are offsets.
    `#[BaseTime: ${seconds} (seconds since epoch)]`,
    '#[values in microseconds, Interval_Max in milliseconds]',
    '"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"',
    '',
  ].join('\n')
}

/** HdrHistogram log, version 2 encoding. About 0.15 ms of CPU: the deflate and a walk over all slots. */
export function logLine(
  name: SeriesName,
  fromMs: number,
  toMs: number,
  histogram: Histogram,
): string {
  const start = (fromMs / 1e3).toFixed(6)
  const length = ((toMs - fromMs) / 1e3).toFixed(6)
  const max = (histogram.maxValue / 1e3).toFixed(3)
  return `Tag=${name},${start},${length},${max},${encodeIntoCompressedBase64(histogram)}\n`
}

/**
 * Reads what `logHeader` and `logLine` wrote. A line that cannot be an entry is told to `torn` and
 * left out: a killed worker leaves at most its last one, but a damaged file may have them anywhere.
 */
export function readLog(text: string, torn: (line: string) => void): LogEntry[] {
  const lines = text.split('\n')
  // A whole line ends with a newline. What stands behind the last one was cut off.
  const rest = lines.pop() ?? ''
  if (rest !== '') torn(rest)
  const entries: LogEntry[] = []
  for (const line of lines) {
    if (line === '' || line.startsWith('#') || line.startsWith('"')) continue
    const entry = readEntry(line)
    if (entry) entries.push(entry)
    else torn(line)
  }
  return entries
}

/** The caller destroys it. */
export function decode({ encoded }: LogEntry): Histogram {
  initWebAssemblySync()
  return decodeFromCompressedBase64(encoded, 32, true, HIGHEST_US)
}

/** Names an interval exactly, whatever rounding its offset went through. */
export function intervalKey(fromMs: number): string {
  return (fromMs / 1e3).toFixed(6)
}

const ENTRY = /^Tag=([^,\s]+),(\d+\.\d+),(\d+\.\d+),\d+\.\d+,([A-Za-z0-9+/]+=*)$/

function readEntry(line: string): LogEntry | undefined {
  const [, name, start, length, encoded] = ENTRY.exec(line) ?? []
  if (name === undefined || encoded === undefined || !isWhole(encoded)) return undefined
  const fromMs = Number(start) * 1e3
  return { name, fromMs, toMs: fromMs + Number(length) * 1e3, encoded }
}

/** The encoding begins with a cookie and the length of what follows. */
function isWhole(encoded: string): boolean {
  const bytes = Buffer.from(encoded, 'base64')
  if (bytes.length < 8 || bytes.length * 4 < encoded.length * 3 - 8) return false
  return (bytes.readInt32BE(0) & ~0xf0) === 0x1c849304 && bytes.readInt32BE(4) === bytes.length - 8
}
