import { expect, test } from 'vitest'
import { markOf } from '../../src/ledger/mark.ts'
import { ROWS_PER_THING, ThingBook } from '../../src/ledger/thing-book.ts'
import type { ThingBook as Book } from '../../src/thing/ports.ts'

/** The ledger room may not know the thing room: that the two fit is checked when this compiles. */
const fits: new (size: number, shard: number, shards: number) => Book = ThingBook

test('a book can be handed to the fleet', () => {
  expect(new fits(1, 0, 1)).toBeInstanceOf(ThingBook)
})

test('slots are told as things of the whole fleet', () => {
  const book = new ThingBook(3, 1, 4)
  book.began(2, 'job', 1)

  expect([...book.handOver().things]).toEqual([1, 5, 9])
  expect(book.handOver().unsettled).toEqual([
    { thing: 9, jobId: 'job', executionNumber: 1, wanted: undefined },
  ])
})

test('a settled execution leaves a count, a mark and no row', () => {
  const book = new ThingBook(1, 0, 1)
  book.began(0, 'a', 1)
  book.settled(0, 'a', 1, 'SUCCEEDED')
  book.began(0, 'b', 2)
  book.settled(0, 'b', 2, 'FAILED')

  expect(book.handOver()).toEqual({
    things: Uint32Array.of(0),
    settled: Uint32Array.of(2),
    marks: Uint32Array.of(markOf('a', 1, 'SUCCEEDED') + markOf('b', 2, 'FAILED')),
    settledByStatus: { SUCCEEDED: 1, FAILED: 1 },
    unsettled: [],
    crowded: [],
  })
})

test('a doubtful execution stays as a row until it is settled after all', () => {
  const book = new ThingBook(1, 0, 1)
  book.began(0, 'a', 1)
  book.doubtful(0, 'a', 1, 'SUCCEEDED')
  expect(book.handOver().unsettled).toMatchObject([{ jobId: 'a', wanted: 'SUCCEEDED' }])

  book.settled(0, 'a', 1, 'SUCCEEDED')
  expect(book.handOver()).toMatchObject({ settled: Uint32Array.of(1), unsettled: [] })
})

test('two executions of one job are two rows', () => {
  const book = new ThingBook(1, 0, 1)
  book.began(0, 'a', 1)
  book.began(0, 'a', 2)
  book.settled(0, 'a', 1, 'FAILED')

  expect(book.handOver().unsettled).toMatchObject([{ jobId: 'a', executionNumber: 2 }])
})

test('a thing that begins without end fills its rows and counts the rest', () => {
  const book = new ThingBook(2, 0, 1)
  for (let at = 0; at < 20; at++) book.began(1, `job-${at}`, 1)

  const { unsettled, crowded } = book.handOver()
  expect(unsettled).toHaveLength(ROWS_PER_THING)
  expect(crowded).toEqual([[1, 20 - ROWS_PER_THING]])
})

test('a thing whose rows are all in doubt has no room for what it begins', () => {
  const book = new ThingBook(1, 0, 1)
  for (let at = 0; at < ROWS_PER_THING; at++) book.doubtful(0, `job-${at}`, 1, 'FAILED')
  expect(book.handOver().crowded).toEqual([])
  book.began(0, 'one more', 1)
  expect(book.handOver().crowded).toEqual([[0, 1]])
})

test('what is handed over does not change when the book goes on', () => {
  const book = new ThingBook(1, 0, 1)
  book.began(0, 'a', 1)
  const before = book.handOver()
  book.settled(0, 'a', 1, 'FAILED')

  expect(before).toMatchObject({ settled: Uint32Array.of(0), unsettled: [{ jobId: 'a' }] })
  expect(structuredClone(before)).toEqual(before)
})
