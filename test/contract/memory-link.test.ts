import { systemClock } from '../../src/clock/clock.ts'
import { memoryLink } from '../../src/transport/memory-link.ts'
import { describeLink } from './describe-link.ts'
import { SmallService } from './small-service.ts'

describeLink('memory', { notifies: true, answersLate: true }, async (sink) => {
  const service = new SmallService()
  const link = memoryLink(
    (thing, operation, request, token) => {
      service.take(thing, operation, request, (reply) => link.answer(thing, token, reply))
      return undefined
    },
    systemClock,
    sink,
  )
  const far = {
    hold: () => service.hold(),
    taken: (count: number) => service.taken(count),
    release: () => service.release(),
    cut: (thing: number) => link.drop(thing, 'cut'),
    notifyNext: () => link.notify(0, service.next),
  }
  return { link, far, close: () => {} }
})
