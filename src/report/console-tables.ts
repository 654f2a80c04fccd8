import { amount, count, NOTHING } from './figures.ts'
import { latencyAt, type UsedOperation } from './operation-rows.ts'
import { type Cell, type Column, type Paint, type Tone, tableLines } from './text-table.ts'

type Counter = 'empty' | 'throttled' | 'rejectedTotal' | 'timedOut' | 'lost' | 'unanswered'

/** Two tables under each other, how requests ended and how long they took: one line would not fit. */
export function operationTables(
  operations: readonly UsedOperation[],
  width: number,
  paint: Paint,
): string[] {
  if (operations.length === 0) return ['No request was sent.']
  return [
    ...tableLines(countColumns(operations), width, paint),
    '',
    ...tableLines(timeColumns(operations), width, paint),
  ]
}

function countColumns(operations: readonly UsedOperation[]): Column[] {
  const counter = (title: string, key: Counter, tone: Tone): Column => ({
    title,
    align: 'right',
    gap: 2,
    cells: operations.map((operation) => countCell(operation[key], tone)),
    spare: operations.every((operation) => operation[key] === 0),
  })
  return [
    nameColumn('requests', operations),
    figures('issued', operations, ({ issued }) => count(issued)),
    figures('accepted', operations, ({ accepted }) => count(accepted)),
    counter('empty', 'empty', 'plain'),
    counter('throttled', 'throttled', 'warn'),
    counter('rejected', 'rejectedTotal', 'warn'),
    counter('timed out', 'timedOut', 'warn'),
    counter('lost', 'lost', 'warn'),
    counter('open', 'unanswered', 'warn'),
    figures('accepted/s', operations, ({ ratePerSecond }) => amount(ratePerSecond)),
  ]
}

/** Milliseconds throughout: a column in which units change cannot be read downwards. */
function timeColumns(operations: readonly UsedOperation[]): Column[] {
  const response = (key: 'p50' | 'p90' | 'p99' | 'p99.9' | 'max', title: string) =>
    figures(title, operations, ({ responseMs }) => inMs(latencyAt(responseMs, key)))
  const service = (key: 'p50' | 'p99', title: string) =>
    figures(title, operations, ({ serviceMs }) => inMs(latencyAt(serviceMs, key)))
  return [
    nameColumn('accepted, ms', operations),
    { ...response('p50', 'response p50'), gap: 3 },
    response('p90', 'p90'),
    response('p99', 'p99'),
    response('p99.9', 'p99.9'),
    response('max', 'max'),
    { ...service('p50', 'service p50'), gap: 5 },
    service('p99', 'p99'),
  ]
}

function nameColumn(title: string, operations: readonly UsedOperation[]): Column {
  return { title, align: 'left', cells: operations.map(({ name }) => ({ text: name })) }
}

function figures(
  title: string,
  operations: readonly UsedOperation[],
  of: (operation: UsedOperation) => string,
): Column {
  return { title, align: 'right', gap: 2, cells: operations.map((one) => ({ text: of(one) })) }
}

/** Zero steps back, so that what did happen stands out. */
function countCell(value: number, tone: Tone): Cell {
  return value === 0 ? { text: '0', tone: 'faint' } : { text: count(value), tone }
}

function inMs(value: number | null): string {
  return value === null ? NOTHING : amount(value)
}
