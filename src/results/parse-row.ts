import type { Row } from './rows.ts'

/** One line of `intervals.ndjson`; undefined when it is torn or no row. */
export function parseRow(line: string): Row | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return isRecord(value) && isRow(value) ? (value as unknown as Row) : undefined
  } catch {
    return undefined
  }
}

type Fields = Readonly<Record<string, unknown>>

/** What each kind cannot do without. Unknown members are kept: a newer version may have written them. */
function isRow(row: Fields): boolean {
  switch (row.kind) {
    case 'run':
      return (
        typeof row.id === 'string' &&
        !Number.isNaN(new Date(String(row.startedAt)).getTime()) &&
        Array.isArray(row.targets) &&
        (isRecord(row.host) || isRecord(row.virtual)) &&
        areNumbers(row, ['workers'])
      )
    case 'begin':
      return areNumbers(row, ['atMs', 'readyThings'])
    case 'interval':
      return (
        STAGES.has(row.stage) &&
        areNumbers(row, ['worker', 'second', 'fromMs', 'toMs']) &&
        isRecord(row.counters) &&
        areNumbers(row.counters, Object.keys(row.counters)) &&
        isRecord(row.percentiles) &&
        isRecord(row.gauges) &&
        (row.health === undefined || isHealth(row.health))
      )
    case 'host':
      return areNumbers(row, HOST_NUMBERS) && (row.beside === undefined || isBeside(row.beside))
    case 'end':
      return (
        areNumbers(row, ['atMs', 'lastAnswerMs', 'lostWorkers', 'neverConnected']) &&
        ENDINGS.has(row.endedBy) &&
        isRecord(row.ledger) &&
        Array.isArray(row.ledger.differences)
      )
    default:
      return false
  }
}

function isHealth(health: unknown): boolean {
  return isRecord(health) && areNumbers(health, ['eventLoopUtilisation', 'loopDelayP99Ms'])
}

function isBeside(beside: unknown): boolean {
  return isRecord(beside) && areNumbers(beside, ['othersShare', 'stolenShare', 'idleShare'])
}

const STAGES = new Set<unknown>(['connect', 'load', 'drain'])
const ENDINGS = new Set<unknown>(['plan', 'stopped', 'aborted'])
const HOST_NUMBERS = ['second', 'fromMs', 'toMs', 'cpuShare', 'gcShare', 'rssMiB', 'descriptors']

function areNumbers(fields: Fields, names: readonly string[]): boolean {
  return names.every((name) => Number.isFinite(fields[name]))
}

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
