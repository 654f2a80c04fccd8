import { systemClock } from '../../src/clock/clock.ts'
import { httpLink } from '../../src/transport/http-link.ts'
import { Inbox } from '../../src/transport/inbox.ts'
import type { LinkSink } from '../../src/transport/link.ts'
import { parseTarget } from '../../src/transport/target.ts'
import { describeLink } from './describe-link.ts'
import { SmallHttpServer } from './small-http-server.ts'
import { SmallService, thingNames } from './small-service.ts'

async function open(sink: LinkSink) {
  const service = new SmallService()
  const server = new SmallHttpServer(service)
  const link = httpLink({
    target: parseTarget(await server.listen()),
    names: thingNames,
    connectTimeoutUs: 10_000_000,
    clock: systemClock,
    inbox: new Inbox(systemClock),
    sink,
  })
  const far = {
    hold: () => service.hold(),
    taken: (count: number) => service.taken(count),
    release: () => service.release(),
    cut: (thing: number) => server.cut(thing),
    notifyNext: () => {},
  }
  return { link, far, close: () => server.close() }
}

describeLink('http', { notifies: false, answersLate: false }, open)
