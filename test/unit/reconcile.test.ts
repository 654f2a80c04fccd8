import fc from 'fast-check'
import { expect, test } from 'vitest'
import { heldByStatus } from '../../src/ledger/held.ts'
import { type LimitCounts, limitsReached } from '../../src/ledger/limits.ts'
import { markOf } from '../../src/ledger/mark.ts'
import { reconcile } from '../../src/ledger/reconcile.ts'
import { ROWS_PER_THING, ThingBook, type ThingsLedger } from '../../src/ledger/thing-book.ts'
import type { OperationCounts, ServiceLedger } from '../../src/protocol/admin.ts'
import { type ExecutionStatus, OPERATIONS, type Operation } from '../../src/protocol/jobs.ts'

/** What became of one execution, as the service knows it and as its thing does. */
type Fate =
  | { readonly kind: 'settled'; readonly status: ExecutionStatus }
  /** A terminal update was lost; it did or did not arrive, or the service was faster. */
  | { readonly kind: 'doubtful'; readonly wanted: string; readonly held: string }
  /** The thing works on it, or the service ended it meanwhile. */
  | { readonly kind: 'begun'; readonly held: string }
  /** The answer to the start was lost. */
  | { readonly kind: 'unheard'; readonly held: string }
  | { readonly kind: 'queued' }

const device = fc.constantFrom('SUCCEEDED', 'FAILED', 'REJECTED')
const overtaken = fc.constantFrom('IN_PROGRESS', 'TIMED_OUT', 'CANCELED', 'REMOVED')
const fates: fc.Arbitrary<Fate> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('settled' as const), status: device }) },
  fc.record({
    kind: fc.constant('settled' as const),
    status: fc.constantFrom('TIMED_OUT', 'CANCELED'),
  }),
  fc.tuple(device, overtaken, fc.boolean()).map(
    ([wanted, other, arrived]): Fate => ({
      kind: 'doubtful',
      wanted,
      held: arrived ? wanted : other,
    }),
  ),
  fc.record({ kind: fc.constant('begun' as const), held: overtaken }),
  fc.record({ kind: fc.constant('unheard' as const), held: overtaken }),
  fc.constant({ kind: 'queued' as const }),
)
/** By thing, its executions in order. */
const histories = fc.array(fc.array(fates, { maxLength: 5 }), { minLength: 1, maxLength: 12 })
const shardings = fc.integer({ min: 1, max: 4 })

test('whatever happens to answers, both sides of an honest run agree', () => {
  const agree = fc.property(histories, shardings, (history, shards) => {
    const { things, service, counters } = honest(history, shards)
    expect(reconcile(things, service, counters)).toEqual({
      checked: true,
      balanced: true,
      differences: [],
    })
  })
  fc.assert(agree, { numRuns: 300 })
})

test('one execution told otherwise by the service is found', () => {
  const found = fc.property(histories, shardings, fc.nat(), (history, shards, pick) => {
    const run = honest(history, shards)
    const at = pick % history.length
    const tampers: ((service: ServiceLedger) => ServiceLedger)[] = [
      (service) => ({ ...service, ended: changed(service.ended, at, 1) }),
      (service) => ({ ...service, ended: changed(service.ended, at, -1) }),
      (service) => ({
        ...service,
        byStatus: { ...service.byStatus, FAILED: (service.byStatus.FAILED ?? 0) + 1 },
      }),
      (service) => ({
        ...service,
        byStatus: { ...service.byStatus, TIMED_OUT: (service.byStatus.TIMED_OUT ?? 0) + 1 },
      }),
    ]
    for (const tamper of tampers) {
      const verdict = reconcile(run.things, tamper(run.service), run.counters)
      expect(verdict.balanced).toBe(false)
      expect(verdict.differences.length).toBeGreaterThan(0)
    }
  })
  fc.assert(found)
})

test('one settled execution with another status, job or number is found', () => {
  const found = fc.property(histories, shardings, fc.nat(), (history, shards, pick) => {
    const settled = history.flatMap((fate, thing) =>
      hasUnheard(fate)
        ? []
        : fate.flatMap(({ kind }, at) => (kind === 'settled' ? [[thing, at] as const] : [])),
    )
    fc.pre(settled.length > 0)
    const [thing, at] = settled[pick % settled.length] ?? [0, 0]
    const fate = history[thing]?.[at]
    const status = fate?.kind === 'settled' ? fate.status : ''
    const { things, service, counters } = honest(history, shards)
    const name = jobOf(thing, at)
    for (const other of [
      markOf(name, 1, status === 'FAILED' ? 'SUCCEEDED' : 'FAILED'),
      markOf(`${name}0`, 1, status),
      markOf(name, 2, status),
    ]) {
      const marks = changed(service.marks, thing, other - markOf(name, 1, status))
      const verdict = reconcile(things, { ...service, marks }, counters)
      expect(verdict.balanced).toBe(false)
      expect(verdict.differences.join()).toContain(`Thing ${thing}`)
    }
  })
  fc.assert(found)
})

test('an execution that is open on one side and nowhere on the other is found', () => {
  const found = fc.property(histories, shardings, (history, shards) => {
    const { things, service, counters } = honest(history, shards)
    // Among endings of which a thing was never told one of its own may hide.
    const known = service.open.filter(
      ([thing, jobId]) =>
        !hasUnheard(history[thing]) &&
        things.some(({ unsettled }) =>
          unsettled.some((row) => row.thing === thing && row.jobId === jobId),
        ),
    )
    for (const gone of known) {
      const open = service.open.filter((row) => row !== gone)
      const verdict = reconcile(things, { ...service, open }, counters)
      expect(verdict.balanced).toBe(false)
    }
    for (const [thing, jobId, , status] of known) {
      expect(status).toBe('IN_PROGRESS')
      const open = service.open.map((row) =>
        row[0] === thing && row[1] === jobId ? ([thing, jobId, row[2], 'QUEUED'] as const) : row,
      )
      const verdict = reconcile(things, { ...service, open }, counters)
      expect(verdict.differences.join()).toContain(`Thing ${thing}, job ${jobId}, execution 1`)
    }
  })
  fc.assert(found)
})

test('one count of answers changed beyond what had no answer is found', () => {
  const fields = ['received', 'accepted', 'empty', 'throttled', 'rejected'] as const
  const found = fc.property(
    histories,
    fc.constantFrom(...OPERATIONS),
    fc.constantFrom(...fields),
    fc.boolean(),
    (history, operation, field, more) => {
      const { things, service, counters } = honest(history, 1)
      const by = (more ? 1 : -1) * (1 + unanswered(counters, operation))
      const counts = { ...service.operations[operation] }
      counts[field] += by
      const operations = { ...service.operations, [operation]: counts }
      const verdict = reconcile(things, { ...service, operations }, counters)
      expect(verdict.balanced).toBe(false)
      expect(verdict.differences.join()).toContain(`${operation}: `)
    },
  )
  fc.assert(found)
})

test('one belief of a thing changed is found', () => {
  const found = fc.property(histories, shardings, fc.nat(), (history, shards, pick) => {
    const { things, service, counters } = honest(history, shards)
    const [first, ...rest] = things
    if (first === undefined) throw new Error('no shard')
    const at = pick % first.things.length
    // Among endings of which a thing was never told an invented one may hide.
    fc.pre(!hasUnheard(history[first.things[at] ?? 0]))
    const lied: ThingsLedger[] = [
      { ...first, settled: changed(first.settled, at, 1) },
      {
        ...first,
        settledByStatus: {
          ...first.settledByStatus,
          REJECTED: (first.settledByStatus.REJECTED ?? 0) + 1,
        },
      },
      {
        ...first,
        unsettled: [
          ...first.unsettled,
          {
            thing: first.things[at] ?? 0,
            jobId: 'invented',
            executionNumber: 1,
            wanted: undefined,
          },
        ],
      },
    ]
    for (const ledger of lied) {
      expect(reconcile([ledger, ...rest], service, counters).balanced).toBe(false)
    }
  })
  fc.assert(found)
})

test('executions that no thing has begun need start-next attempts without an answer', () => {
  const { things, service, counters } = honest([[{ kind: 'unheard', held: 'IN_PROGRESS' }]], 1)
  const answered = { ...counters, 'start-next.lost': 0, 'start-next.issued': 0 }
  const operations = { ...service.operations, 'start-next': emptyCounts() }

  expect(reconcile(things, { ...service, operations }, answered).differences).toEqual([
    'The service has 1 executions in progress that no thing has begun, and only 0 attempts to begin one had no answer. The first is thing 0, job job-0-0, execution 1.',
  ])
})

test('a lost update has begun an execution only where things look before they begin', () => {
  const { things, service } = honest([[{ kind: 'unheard', held: 'IN_PROGRESS' }]], 1)
  const once = { ...emptyCounts(), received: 1, accepted: 1 }
  const none = { ...service.operations, 'start-next': emptyCounts() }
  const updated = { 'update.issued': 1, 'update.lost': 1 }
  const looked = { 'describe.issued': 1, 'describe.accepted': 1 }
  const blind = { ...service, operations: { ...none, update: once } }
  const looking = { ...service, operations: { ...none, update: once, describe: once } }

  expect(reconcile(things, blind, updated).balanced).toBe(false)
  expect(reconcile(things, looking, { ...updated, ...looked }).balanced).toBe(true)
})

test.each(['timedOut', 'lost', 'unanswered', 'rejected.Malformed'])(
  'an attempt that ended %s may have been answered by the service, or may not have come to it',
  (end) => {
    const { things, service } = honest([[]], 1)
    const counters = { 'update.issued': 2, 'update.accepted': 1, [`update.${end}`]: 1 }
    const rejected: Record<string, number> =
      end === 'rejected.Malformed' ? { 'update.rejected': 1 } : {}
    const differences = (answers: number) => {
      const update = { ...emptyCounts(), received: answers, accepted: answers }
      const operations = { ...service.operations, update }
      return reconcile(things, { ...service, operations }, { ...counters, ...rejected }).differences
    }
    expect([1, 2].flatMap(differences)).toEqual([])
    for (const answers of [0, 3])
      expect(differences(answers)).toEqual([
        `update: the things issued 2, 1 of them without an answer; the service received ${answers}.`,
        `update: the service counted ${answers} accepted, the things 1, and 1 attempts without an answer.`,
      ])
  },
)

test.each([
  { why: 'one status for another', more: { SUCCEEDED: -1, FAILED: 1 } },
  { why: 'one too many', more: { SUCCEEDED: 1 } },
])('final statuses that do not add up are told: $why', ({ more }) => {
  const { things, service, counters } = honest([[{ kind: 'settled', status: 'SUCCEEDED' }]], 1)
  const byStatus = { ...service.byStatus }
  for (const [status, by] of Object.entries(more)) byStatus[status] = (byStatus[status] ?? 0) + by
  const { differences } = reconcile(things, { ...service, byStatus }, counters)
  expect(differences.join()).toMatch(/SUCCEEDED: the service has \d executions, the things 1/)
})

test('as many unsettled executions as a book has rows for are explained', () => {
  const doubtful = { kind: 'doubtful', wanted: 'SUCCEEDED', held: 'TIMED_OUT' } as const
  const { things, service, counters } = honest([Array(ROWS_PER_THING).fill(doubtful)], 1)
  expect(reconcile(things, service, counters).differences).toEqual([])
})

test('the things of a lost worker have nobody to speak for them', () => {
  const { things, service, counters } = honest([[], [], []], 3)
  const { balanced, differences } = reconcile(things.slice(1), service, counters)

  expect(balanced).toBe(false)
  expect(differences).toEqual(['Nobody speaks for 1 things: their worker was lost.'])
})

test('a thing that ended more than the service is told with what both have', () => {
  const book = new ThingBook(1, 0, 1)
  book.began(0, 'job-1', 1)
  book.settled(0, 'job-1', 1, 'SUCCEEDED')
  const { service } = honest([[]], 1)
  const open = [[0, 'job-1', 1, 'IN_PROGRESS'] as const]

  expect(reconcile([book.handOver()], { ...service, open }, {}).differences).toContain(
    'Thing 0: the thing has 1 ended; the service has 0 ended; job job-1, execution 1 IN_PROGRESS.',
  )
})

test('of many differences twenty sentences remain, and the last one counts the rest', () => {
  const history: Fate[][] = Array.from({ length: 50 }, () => [
    { kind: 'settled', status: 'FAILED' },
  ])
  const { things, service, counters } = honest(history, 2)
  const { differences } = reconcile(things, { ...service, marks: new Uint32Array(50) }, counters)

  expect(differences).toHaveLength(20)
  expect(differences.at(-1)).toBe('And 31 differences more.')
})

test('of twenty differences each is told', () => {
  const history: Fate[][] = Array.from({ length: 20 }, () => [
    { kind: 'settled', status: 'FAILED' },
  ])
  const { things, service, counters } = honest(history, 1)
  const { differences } = reconcile(things, { ...service, marks: new Uint32Array(20) }, counters)

  expect(differences.at(-1)).toMatch(/^Thing 19: /)
})

test('what the service holds of a status are its ended executions and its open ones', () => {
  const open = [
    [0, 'a', 1, 'QUEUED'],
    [1, 'a', 1, 'IN_PROGRESS'],
    [2, 'a', 1, 'QUEUED'],
  ] as const
  expect(heldByStatus({ byStatus: { FAILED: 2 }, open })).toEqual({
    FAILED: 2,
    QUEUED: 2,
    IN_PROGRESS: 1,
  })
})

test('of the limits those are told that were reached', () => {
  const limits = { delayed: 2, connects: 0 } as LimitCounts
  expect(limitsReached({ limits })).toEqual({ delayed: 2 })
  expect(limitsReached({ limits: { ...limits, delayed: 0 } })).toBeUndefined()
  expect(limitsReached({})).toBeUndefined()
})

function hasUnheard(fatesOfThing: readonly Fate[] = []): boolean {
  return fatesOfThing.some(({ kind }) => kind === 'unheard')
}

function jobOf(thing: number, at: number): string {
  return `job-${thing}-${at}`
}

/** Plays a history on both sides, each with its own book-keeping. */
function honest(history: readonly (readonly Fate[])[], shards: number) {
  const books = Array.from(
    { length: shards },
    (_, shard) =>
      new ThingBook(Math.floor((history.length + shards - 1 - shard) / shards), shard, shards),
  )
  const ended = new Uint32Array(history.length)
  const marks = new Uint32Array(history.length)
  const open: [number, string, number, string][] = []
  const byStatus: Record<string, number> = {}
  const counters: Record<string, number> = {}
  const operations = Object.fromEntries(OPERATIONS.map((name) => [name, emptyCounts()])) as Record<
    Operation,
    OperationCounts
  >

  for (const [thing, fatesOfThing] of history.entries()) {
    for (const [at, fate] of fatesOfThing.entries()) play(thing, jobOf(thing, at), fate)
  }
  const service: ServiceLedger = { operations, ended, marks, open, byStatus }
  return { things: books.map((book) => book.handOver()), service, counters }

  function play(thing: number, jobId: string, fate: Fate): void {
    const book = books[thing % shards]
    const slot = Math.floor(thing / shards)
    if (fate.kind === 'queued') {
      hold(thing, jobId, 'QUEUED')
      return
    }
    attempt('start-next', fate.kind !== 'unheard')
    if (fate.kind === 'unheard') {
      hold(thing, jobId, fate.held)
      return
    }
    book?.began(slot, jobId, 1)
    if (fate.kind === 'settled') {
      attempt('update', true)
      book?.settled(slot, jobId, 1, fate.status)
      hold(thing, jobId, fate.status)
      return
    }
    if (fate.kind === 'doubtful') {
      attempt('update', false)
      book?.doubtful(slot, jobId, 1, fate.wanted)
    }
    hold(thing, jobId, fate.held)
  }

  function attempt(operation: 'start-next' | 'update', answered: boolean): void {
    const count = (name: string) => {
      counters[`${operation}.${name}`] = (counters[`${operation}.${name}`] ?? 0) + 1
    }
    count('issued')
    count(answered ? 'accepted' : 'lost')
    operations[operation].received += 1
    operations[operation].accepted += 1
  }

  function hold(thing: number, jobId: string, status: string): void {
    if (status === 'QUEUED' || status === 'IN_PROGRESS') {
      open.push([thing, jobId, 1, status])
      return
    }
    ended[thing] = (ended[thing] ?? 0) + 1
    marks[thing] = (marks[thing] ?? 0) + markOf(jobId, 1, status)
    byStatus[status] = (byStatus[status] ?? 0) + 1
  }
}

function emptyCounts(): OperationCounts {
  return { received: 0, accepted: 0, empty: 0, throttled: 0, rejected: 0 }
}

function unanswered(counters: Record<string, number>, operation: Operation): number {
  return counters[`${operation}.lost`] ?? 0
}

function changed(array: Uint32Array, at: number, by: number): Uint32Array {
  const copy = array.slice()
  copy[at] = (copy[at] ?? 0) + by
  return copy
}
