import { expect, test } from 'vitest'
import type { Link } from '../../src/transport/link.ts'
import { linkRouter } from '../../src/transport/link-router.ts'

function recorder(name: string, calls: string[]): Link {
  const note = (call: string) => (thing: number) => void calls.push(`${name}.${call}(${thing})`)
  return {
    connect: note('connect'),
    subscribe: note('subscribe'),
    send: note('send'),
    cancel: note('cancel'),
    close: note('close'),
  }
}

test('every call about a thing goes to the link of that thing', () => {
  const calls: string[] = []
  const [one, other] = [recorder('one', calls), recorder('other', calls)]
  const router = linkRouter([one, other, one])
  router.connect(0)
  router.subscribe(1)
  router.send(2, 'start-next', 7, {})
  router.cancel(1, 7)
  router.close(2)
  expect(calls).toEqual([
    'one.connect(0)',
    'other.subscribe(1)',
    'one.send(2)',
    'other.cancel(1)',
    'one.close(2)',
  ])
})

test('a thing without a link is a bug of the caller', () => {
  expect(() => linkRouter([]).connect(0)).toThrow(RangeError)
})
