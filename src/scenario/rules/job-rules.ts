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
