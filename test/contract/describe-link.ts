import { afterEach, describe, expect, onTestFinished, test } from 'vitest'
import type { Link, LinkSink } from '../../src/transport/link.ts'
import { RecordingSink } from './recording-sink.ts'

/** The far side of a link, as far as a test must be able to move it. */
export interface FarSide {
  /** From here on requests are taken and not answered. */
  hold(): void
  /** Settles when so many requests in all have been taken since the last `hold`. */
  taken(count: number): Promise<void>
  /** Answers what was held. */
  release(): void
  /** Ends the connections of a thing without a word. */
  cut(thing: number): void
  /** Tells thing 0 that its execution is queued. Only where `notifies`. */
  notifyNext(): void
}

export interface Opened {
  readonly link: Link
  readonly far: FarSide
  /** Ends the far side. */
  readonly close: () => Promise<void> | void
}

export interface LinkTraits {
  /** Whether the service speaks unasked; a link that does not has no filters either. */
  readonly notifies: boolean
  /** Whether the answer to a cancelled request may still come. */
  readonly answersLate: boolean
}

/**
 * The contract of a link, which every transport keeps. `open` leads to a service that has one
 * execution, of `job-0`, queued for thing 0, and none for thing 1.
 */
export function describeLink(
  name: string,
  traits: LinkTraits,
  open: (sink: LinkSink) => Promise<Opened>,
): void {
  describe(`${name} link`, () => {
    let sink: RecordingSink

    async function begin() {
      sink = new RecordingSink()
      const opened = await open(sink)
      const link = sink.watch(opened.link)
      onTestFinished(async () => {
        for (const thing of [0, 1]) link.close(thing)
        await opened.close()
      })
      return { link, far: opened.far }
    }

    async function beginConnected(...things: number[]) {
      const begun = await begin()
      for (const thing of things) begun.link.connect(thing)
      for (const thing of things) await sink.next('connected', thing)
      return begun
    }

    afterEach(() => {
      expect(sink.untimely, 'only sent may come while a call still runs').toEqual([])
    })

    test('a thing is connected before it sends, and one handshake is told before its first answer', async () => {
      const { link } = await beginConnected(0)
      link.send(0, 'start-next', 1, {})
      await sink.next('answered')

      const [handshake, ...more] = sink.of('handshake')
      expect(more).toEqual([])
      expect(handshake?.failure).toBeUndefined()
      expect(handshake?.nowUs).toBeGreaterThanOrEqual(handshake?.beganUs ?? Number.NaN)
      const kinds = sink.kinds(0)
      expect(kinds.at(-1)).toBe('answered')
      expect(kinds.indexOf('connected')).toBeLessThan(kinds.indexOf('sent'))
      expect(kinds.indexOf('handshake')).toBeLessThan(kinds.indexOf('answered'))
    })

    test('start-next brings the execution that waits', async () => {
      const { link } = await beginConnected(0)
      link.send(0, 'start-next', 1, { stepTimeoutInMinutes: 5 })
      const { token, reply } = await sink.next('answered')
      expect(token).toBe(1)
      const execution = { jobId: 'job-0', status: 'IN_PROGRESS', executionNumber: 1 }
      expect(reply).toMatchObject({ kind: 'accepted', execution })
    })

    test('with nothing pending start-next is accepted without an execution', async () => {
      const { link } = await beginConnected(1)
      link.send(1, 'start-next', 1, {})
      const { reply } = await sink.next('answered')
      expect(reply.kind).toBe('accepted')
      expect(reply).not.toHaveProperty('execution')
    })

    test('a finished execution refuses to start again, with a code and no drop', async () => {
      const { link } = await beginConnected(0)
      link.send(0, 'start-next', 6, {})
      await sink.next('answered')
      link.send(0, 'update', 7, { jobId: 'job-0', status: 'SUCCEEDED' })
      await sink.next('answered')

      link.send(0, 'update', 8, { jobId: 'job-0', status: 'IN_PROGRESS' })
      const { token, reply } = await sink.next('answered')

      expect(token).toBe(8)
      expect(reply).toMatchObject({ kind: 'rejected', code: 'InvalidStateTransition' })
      expect(sink.of('dropped')).toEqual([])
    })

    test('an unknown job is ResourceNotFound', async () => {
      const { link } = await beginConnected(0)
      link.send(0, 'describe', 1, { jobId: 'no-such-job' })
      const { reply } = await sink.next('answered')
      expect(reply).toMatchObject({ kind: 'rejected', code: 'ResourceNotFound' })
    })

    test('two requests in flight get each its own answer', async () => {
      const { link } = await beginConnected(0)
      link.send(0, 'get-pending', 11, {})
      link.send(0, 'describe', 12, { jobId: 'job-0' })
      await sink.next('answered')
      await sink.next('answered')

      const replies = new Map(sink.of('answered').map(({ token, reply }) => [token, reply]))
      expect(replies.get(11)).toMatchObject({ kind: 'accepted', queuedJobs: expect.any(Array) })
      expect(replies.get(12)).toMatchObject({ kind: 'accepted', execution: { jobId: 'job-0' } })
    })

    test('two things do not hear each other', async () => {
      const { link } = await beginConnected(0, 1)
      link.send(0, 'start-next', 5, {})
      link.send(1, 'start-next', 5, {})
      const [own, others] = [await sink.next('answered', 0), await sink.next('answered', 1)]
      expect(own.reply).toMatchObject({ execution: { jobId: 'job-0' } })
      expect(others.reply).not.toHaveProperty('execution')
      expect(sink.of('answered')).toHaveLength(2)
    })

    test('a connection that is cut under an open request drops the thing once, after sent', async () => {
      const { link, far } = await beginConnected(0)
      far.hold()
      link.send(0, 'start-next', 1, {})
      await far.taken(1)
      far.cut(0)
      const { cause } = await sink.next('dropped')

      expect(cause).toMatch(/^(closed|ECONNRESET|cut)$/)
      expect(sink.kinds(0).filter((kind) => kind === 'sent' || kind === 'dropped')).toEqual([
        'sent',
        'dropped',
      ])
      expect(sink.of('answered', 0)).toEqual([])
    })

    test('a dropped thing connects again and is answered', async () => {
      const { link, far } = await beginConnected(0)
      far.hold()
      link.send(0, 'get-pending', 1, {})
      await far.taken(1)
      far.cut(0)
      await sink.next('dropped')
      far.release()

      link.connect(0)
      await sink.next('connected', 0)
      link.send(0, 'get-pending', 2, {})
      expect((await sink.next('answered', 0)).token).toBe(2)
      expect(sink.of('dropped')).toHaveLength(1)
    })

    test('nothing is told after close, neither the answer nor a drop', async () => {
      const { link, far } = await beginConnected(0)
      far.hold()
      link.send(0, 'start-next', 1, {})
      await far.taken(1)
      link.close(0)
      const told = sink.kinds(0)
      far.release()
      await roundTrip(link)
      far.cut(0)
      await roundTrip(link)
      expect(sink.kinds(0)).toEqual(told)
    })

    test('a thing that is closed while it connects hears nothing', async () => {
      const { link } = await begin()
      link.connect(0)
      link.close(0)
      await roundTrip(link)
      expect(sink.kinds(0)).toEqual([])
    })

    test('a closed thing connects again and is answered', async () => {
      const { link } = await beginConnected(0)
      link.close(0)
      link.connect(0)
      await sink.next('connected', 0)
      link.send(0, 'start-next', 3, {})
      expect((await sink.next('answered', 0)).token).toBe(3)
    })

    test('a cancelled request does not stand in the way of the next', async () => {
      const { link, far } = await beginConnected(0)
      far.hold()
      link.send(0, 'get-pending', 1, {})
      await far.taken(1)
      link.cancel(0, 1)
      far.release()
      link.send(0, 'get-pending', 2, {})
      let token: number | undefined
      while (token !== 2) token = (await sink.next('answered', 0)).token

      expect(sink.of('dropped')).toEqual([])
      const late = sink.of('answered', 0).filter((answer) => answer.token === 1)
      expect(late.length).toBeLessThanOrEqual(traits.answersLate ? 1 : 0)
    })

    test('cancelling what is not open changes nothing', async () => {
      const { link } = await beginConnected(0)
      link.cancel(0, 99)
      link.send(0, 'get-pending', 1, {})
      await sink.next('answered')
      link.cancel(0, 1)
      link.send(0, 'get-pending', 2, {})
      expect((await sink.next('answered')).token).toBe(2)
      expect(sink.of('handshake')).toHaveLength(1)
    })

    test('subscribe says how many filters were granted', async () => {
      const { link } = await beginConnected(0)
      link.subscribe(0)
      const { granted, refused } = await sink.next('subscribed')
      expect([granted, refused]).toEqual([traits.notifies ? 1 : 0, 0])
    })

    test.runIf(traits.notifies)('notify-next reaches a thing that has subscribed', async () => {
      const { link, far } = await beginConnected(0)
      link.subscribe(0)
      await sink.next('subscribed')
      far.notifyNext()
      const { notification } = await sink.next('notified')
      const execution = { jobId: 'job-0', status: 'QUEUED' }
      expect(notification).toMatchObject({ kind: 'notify-next', execution })
    })

    test.runIf(traits.answersLate)('a late answer bears the token of its request', async () => {
      const { link, far } = await beginConnected(0)
      far.hold()
      link.send(0, 'get-pending', 41, {})
      await far.taken(1)
      link.cancel(0, 41)
      far.release()
      expect((await sink.next('answered', 0)).token).toBe(41)
    })

    /** Time for whatever is under way to arrive: another thing goes there and back. */
    async function roundTrip(link: Link): Promise<void> {
      link.connect(1)
      await sink.next('connected', 1)
      link.send(1, 'get-pending', 1, {})
      await sink.next('answered', 1)
      link.close(1)
    }
  })
}
