import { expect, onTestFinished, test } from 'vitest'
import { systemClock, VirtualClock } from '../../src/clock/clock.ts'
import { AWS_QUOTAS } from '../../src/protocol/quotas.ts'
import { Inbox } from '../../src/transport/inbox.ts'
import { mqttLink } from '../../src/transport/mqtt-link.ts'
import { parseTarget } from '../../src/transport/target.ts'
import { RecordingSink } from './recording-sink.ts'
import { thingNames } from './small-service.ts'
import { openStandIn } from './stand-in-fixture.ts'

/** A thing of ours that comes back too soon: what it is told is what it is told in virtual time. */
test.each([
  [4, 'closed'],
  [5, 'connack-151'],
] as const)(
  'MQTT %i: a thing that reconnects within a second is dropped by %s, and then may come again',
  async (version, cause) => {
    const clock = new VirtualClock()
    const standIn = await openStandIn({ quotas: AWS_QUOTAS }, clock)
    const sink = new RecordingSink()
    const settings = { version, keepAliveSeconds: 1_200, clean: true, qos: 1 as const }
    const link = mqttLink({
      target: parseTarget(standIn.addresses.mqtt),
      names: thingNames,
      settingsOf: () => ({ ...settings, subscribe: ['notify-next'] }),
      connectTimeoutUs: 10_000_000,
      clock: systemClock,
      inbox: new Inbox(systemClock),
      sink,
    })
    onTestFinished(() => link.close(0))
    link.connect(0)
    await sink.next('connected')
    link.close(0)
    link.connect(0)
    expect((await sink.next('dropped')).cause).toBe(cause)
    expect(sink.of('handshake').map(({ failure }) => failure)).toEqual([undefined, cause])
    expect(standIn.limits().clientConnects).toBe(1)

    clock.moveTo(1_000_000)
    link.connect(0)
    await sink.next('connected')
    expect(sink.of('dropped')).toHaveLength(1)
  },
)
