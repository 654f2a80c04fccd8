import type { ChildProcess } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { StandInChannel } from '../../src/cli/stand-in-channel.ts'
import type { FromStandIn, ToStandIn } from '../../src/protocol/admin.ts'

const ALIVE: FromStandIn = { kind: 'alive', coresUsed: 0.4 }

/** A process that answers what the test lets it answer. */
class FakeChild extends EventEmitter {
  answers: Partial<Record<ToStandIn['kind'], FromStandIn>> = { alive: ALIVE }

  send(question: ToStandIn): boolean {
    const answer = this.answers[question.kind]
    if (answer !== undefined) queueMicrotask(() => this.emit('message', answer))
    return true
  }
}

function opened() {
  const child = new FakeChild()
  const channel = new StandInChannel(child as unknown as ChildProcess)
  const losses: string[] = []
  channel.whenLost((how) => losses.push(how))
  return { child, channel, losses }
}

const seconds = (count: number) => vi.advanceTimersByTimeAsync(count * 1_000)

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('a stand-in that answers is never given up', async () => {
  const { channel, losses } = opened()
  await seconds(300)

  expect(losses).toEqual([])
  expect(channel.isLost).toBe(false)
})

test('how many cores it uses is what it said last, whatever else it answers', async () => {
  const { child, channel } = opened()
  expect(channel.coresUsed).toBe(0)
  await seconds(2)
  child.emit('message', { kind: 'open', executions: 3 })
  expect(channel.coresUsed).toBe(0.4)

  child.answers = { alive: { kind: 'alive', coresUsed: 1.2 } }
  await seconds(2)
  expect(channel.coresUsed).toBe(1.2)
})

test('one that is silent is given up after ten looks, once', async () => {
  const { child, losses } = opened()
  await seconds(5)
  child.answers = {}
  await seconds(10)
  expect(losses).toEqual([])

  await seconds(60)

  expect(losses).toEqual(['it has not answered for 10 s'])
})

test('one that was silent for nine looks and answers again has ten more', async () => {
  const { child, losses } = opened()
  child.answers = {}
  await seconds(9)
  child.emit('message', ALIVE)
  await seconds(9)

  expect(losses).toEqual([])
})

test('while it creates its jobs it may be silent for as long as its answer may take', async () => {
  const { child, channel, losses } = opened()
  child.answers = {}
  const begun = channel.begin(0, 0)
  await seconds(19)
  child.answers = { alive: ALIVE }
  child.emit('message', { kind: 'begun' })

  await expect(begun).resolves.toBeUndefined()
  await seconds(60)
  expect(losses).toEqual([])
})

test('a question that is open when it is lost, and one that is put later, are refused with the cause', async () => {
  const { child, channel } = opened()
  const open = channel.ask({ kind: 'ledger' }, 'ledger')
  child.emit('exit', null, 'SIGKILL')

  await expect(open).rejects.toThrow('The stand-in is gone: it was ended by SIGKILL.')
  await expect(channel.ask({ kind: 'open' }, 'open')).rejects.toThrow('it was ended by SIGKILL')
})

test('nobody is asked any more when the run is over', async () => {
  const { child, channel, losses } = opened()
  channel.close()
  child.answers = {}
  await seconds(60)

  expect(losses).toEqual([])
})
