import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { VirtualClock } from '../../src/clock/clock.ts'
import { Inbox, type Receiver } from '../../src/transport/inbox.ts'

/** An inbox whose clock only moves when the test moves it, and receivers that say what they got. */
function opened() {
  const clock = new VirtualClock()
  const inbox = new Inbox(clock)
  const got: string[] = []
  const receiver = (name: string, takesUs = 0): Receiver => ({
    receive(cameUs, readUs, chunk) {
      got.push(`${name} ${chunk ?? 'end'} ${cameUs} ${readUs}`)
      clock.moveTo(clock.nowUs() + takesUs)
    },
  })
  return { clock, inbox, got, receiver }
}

test('what is read in one turn had come by its beginning, however late it is read and handled', async () => {
  const { clock, inbox, got, receiver } = opened()
  clock.moveTo(100)
  inbox.put(receiver('first', 700), 0, Buffer.from('a'))
  clock.moveTo(130)
  inbox.put(receiver('second'), 0, Buffer.from('b'))
  expect(got).toEqual([])

  await nextTurn()

  expect(got).toEqual(['first a 100 100', 'second b 100 130'])
})

test('nothing has come before what it answers was sent', async () => {
  const { clock, inbox, got, receiver } = opened()
  clock.moveTo(100)
  inbox.put(receiver('first'), 0, Buffer.from('a'))
  clock.moveTo(130)
  inbox.put(receiver('second'), 120, Buffer.from('b'))

  await nextTurn()

  expect(got.at(-1)).toBe('second b 120 130')
})

test('what is read in the next turn has a time of its own', async () => {
  const { clock, inbox, got, receiver } = opened()
  clock.moveTo(100)
  inbox.put(receiver('first'), 0, Buffer.from('a'))
  await nextTurn()
  clock.moveTo(500)
  inbox.put(receiver('first'), 0, Buffer.from('b'))
  await nextTurn()

  expect(got).toEqual(['first a 100 100', 'first b 500 500'])
})

test('more reads than the kernel names at once are of more than one turn', async () => {
  const { clock, inbox, got, receiver } = opened()
  for (let read = 0; read <= 1_024; read++) {
    clock.moveTo(read)
    inbox.put(receiver(`${read}`), 0, Buffer.from('a'))
  }

  while (got.length <= 1_024) await nextTurn()

  expect(got[1_023]).toBe('1023 a 0 1023')
  expect(got[1_024]).toBe('1024 a 1024 1024')
})

test('after a millisecond of handling there is another look at the sockets', async () => {
  const { inbox, got, receiver } = opened()
  for (const name of ['first', 'second', 'third']) {
    inbox.put(receiver(name, 600), 0, Buffer.from('a'))
  }

  await nextTurn()
  expect(got).toEqual(['first a 0 0', 'second a 0 0'])
  await nextTurn()
  expect(got).toEqual(['first a 0 0', 'second a 0 0', 'third a 0 0'])
})

test('what waits says for how long', async () => {
  const { clock, inbox, receiver } = opened()
  expect(inbox.waitedUs()).toBe(0)
  clock.moveTo(100)
  inbox.put(receiver('first', 1_500), 0, Buffer.from('a'))
  inbox.put(receiver('second'), 0, Buffer.from('b'))
  clock.moveTo(150)
  expect(inbox.waitedUs()).toBe(50)

  await nextTurn()
  expect(inbox.waitedUs()).toBe(1_550)
  await nextTurn()
  expect(inbox.waitedUs()).toBe(0)
})

test('an end comes behind all that was read before it', async () => {
  const { inbox, got, receiver } = opened()
  const one = receiver('one', 600)
  inbox.put(one, 0, Buffer.from('a'))
  inbox.put(one, 0, Buffer.from('b'))
  inbox.putEnd(one)

  while (got.length < 3) await nextTurn()

  expect(got).toEqual(['one a 0 0', 'one b 0 0', 'one end 0 0'])
})

test('what was handled is let go of, also where there is always more', async () => {
  const { inbox, got, receiver } = opened()
  const slow = receiver('slow', 1_000)
  for (let read = 0; read < 5_000; read++) inbox.put(slow, 0, Buffer.from('a'))
  for (let turn = 0; turn < 4_500; turn++) await nextTurn()
  inbox.put(receiver('last'), 0, Buffer.from('b'))

  while (got.length <= 5_000) await nextTurn()

  expect(got.at(-1)).toMatch(/^last b/)
})
