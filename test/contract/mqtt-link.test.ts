import { systemClock } from '../../src/clock/clock.ts'
import { Inbox } from '../../src/transport/inbox.ts'
import type { LinkSink } from '../../src/transport/link.ts'
import type { MqttThingSettings } from '../../src/transport/mqtt-connection.ts'
import { mqttLink } from '../../src/transport/mqtt-link.ts'
import { parseTarget } from '../../src/transport/target.ts'
import { describeLink } from './describe-link.ts'
import { SmallBroker } from './small-broker.ts'
import { SmallService, thingNames } from './small-service.ts'

const IDEAL: MqttThingSettings = {
  version: 4,
  keepAliveSeconds: 1_200,
  clean: true,
  qos: 1,
  subscribe: ['notify-next'],
}

async function open(sink: LinkSink, settings: Partial<MqttThingSettings> = {}) {
  const service = new SmallService()
  const broker = await SmallBroker.create(service)
  const link = mqttLink({
    target: parseTarget(await broker.listen()),
    names: thingNames,
    settingsOf: () => ({ ...IDEAL, ...settings }),
    connectTimeoutUs: 10_000_000,
    clock: systemClock,
    inbox: new Inbox(systemClock),
    sink,
  })
  const far = {
    hold: () => service.hold(),
    taken: (count: number) => service.taken(count),
    release: () => service.release(),
    cut: (thing: number) => broker.cut(thing),
    notifyNext: () => broker.notifyNext(),
  }
  return { link, far, close: () => broker.close() }
}

const traits = { notifies: true, answersLate: true }
describeLink('mqtt 3.1.1', traits, (sink) => open(sink))
describeLink('mqtt 5', traits, (sink) => open(sink, { version: 5 }))
describeLink('mqtt 3.1.1, QoS 0', traits, (sink) => open(sink, { qos: 0 }))
describeLink('mqtt 3.1.1, no keep-alive, kept session', traits, (sink) =>
  open(sink, { keepAliveSeconds: 0, clean: false }),
)
