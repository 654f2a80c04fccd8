import { RETRIES_MAX } from '../../protocol/limits.ts'
import { documentText } from '../document.ts'
import type { Tell } from '../problem.ts'
import { rawAt, rowsAt, textAt } from '../raw.ts'

/** Characters; the service's limit on job ids. */
const LONGEST_JOB_ID = 64
/** Digits kept free for the number of an execution when there is no end of them. */
const ENDLESS_DIGITS = 9
/** UTF-8 bytes; the service's limit on job documents. */
const LARGEST_DOCUMENT_BYTES = 32_768

/** Rules about jobs and their documents. */
export function jobRules(raw: unknown, tell: Tell): void {
  const isRollout = rawAt(raw, 'load', 'rollout') !== undefined
  const seen = new Map<string, string>()
  rowsAt(raw, 'jobs').forEach((row, index) => {
    const perThing = rawAt(row, 'perThing') ?? (isRollout ? 1 : 'endless')
    checkId(textAt(row, 'id'), perThing, index, seen, tell)
    checkDocument(rawAt(row, 'document'), index, tell)
    checkRetry(row, index, tell)
    checkExponential(row, index, tell)
    if (perThing === 'endless' && rawAt(row, 'abort') !== undefined)
      tell(['jobs', index, 'abort'], 'is for a job that has an end; write a number for perThing')
    if (perThing === 'endless' && isRollout) {
      tell(
        ['jobs', index, 'perThing'],
        'cannot be endless with a rollout, which ends when every execution is terminal; write a number',
      )
    }
  })
}

function checkId(
  id: string | undefined,
  perThing: unknown,
  index: number,
  seen: Map<string, string>,
  tell: Tell,
): void {
  if (id === undefined) return
  const path = ['jobs', index, 'id']
  const digits = typeof perThing === 'number' ? String(perThing).length : ENDLESS_DIGITS
  const most = LONGEST_JOB_ID - 1 - digits
  if (id.length > most) {
    tell(path, `is ${id.length} characters long; with its number at the end at most ${most} fit`)
  }
  const onTheWire = id.replaceAll('.', '_')
  const other = seen.get(onTheWire)
  if (other === id) tell(path, `is ${id}, which another job is called; choose another`)
  else if (other !== undefined) {
    tell(path, `is ${onTheWire} on the wire, and so is ${other}; choose another`)
  }
  seen.set(onTheWire, id)
}

function checkDocument(document: unknown, index: number, tell: Tell): void {
  if (document === undefined) return
  const path = ['jobs', index, 'document']
  const text = documentText(document)
  if ('problem' in text) {
    tell(path, text.problem)
    return
  }
  const bytes = Buffer.byteLength(text.json)
  if (bytes > LARGEST_DOCUMENT_BYTES) {
    tell(path, `is ${bytes} bytes of JSON; the service allows ${LARGEST_DOCUMENT_BYTES}`)
  }
}

/** The service's own rules (CreateJob): one or two kinds of failure, 10 tries more in all. */
function checkRetry(row: unknown, index: number, tell: Tell): void {
  const given = rawAt(row, 'retry')
  if (typeof given !== 'object' || given === null) return
  const path = ['jobs', index, 'retry']
  const retries = Object.entries(given)
  if (retries.length === 0 || retries.length > 2)
    tell(path, 'has one or two of FAILED, TIMED_OUT and ALL')
  const total = retries.reduce((sum, [, many]) => sum + (typeof many === 'number' ? many : 0), 0)
  if (total > RETRIES_MAX)
    tell(path, `comes to ${total} retries; the service allows ${RETRIES_MAX} in all`)
  if (Object.hasOwn(given, 'TIMED_OUT') && rawAt(row, 'timeout', 'inProgressMinutes') === undefined)
    tell([...path, 'TIMED_OUT'], 'needs a timeout of the job; write timeout.inProgressMinutes')
}

function checkExponential(row: unknown, index: number, tell: Tell): void {
  const given = rawAt(row, 'rollout', 'exponential')
  if (typeof given !== 'object' || given === null) return
  if (Object.hasOwn(given, 'everyNotified') || Object.hasOwn(given, 'everySucceeded')) return
  tell(
    ['jobs', index, 'rollout', 'exponential'],
    'says when the rate rises; write everyNotified or everySucceeded',
  )
}
