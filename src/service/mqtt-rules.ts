import { MQTT_PAYLOAD_MAX_BYTES, TOPIC_MAX_BYTES, TOPIC_SLASHES_MAX } from '../protocol/limits.ts'
import { hasWildcard, isWellFormed, slashesIn } from '../protocol/topic-filter.ts'
import type { ConnectPacket, SubscribePacket, SubscriptionWanted } from './aedes-client.ts'
import { Reason } from './mqtt-frames.ts'

/**
 * What the broker of AWS IoT takes of topics, filters and payloads (protocol 2.7 and 5.4). A fault is the
 * reason code of MQTT 5 with which the connection is closed.
 */

/** Subscriptions in one SUBSCRIBE (protocol 5.4). */
const FILTERS_PER_PACKET_MAX = 8

/** On topics of the service nothing is retained, and only the service tells of events (protocol 2.7). */
export function isDenied(topic: string, retain: boolean): boolean {
  return topic.startsWith('$aws/') && (retain || topic.startsWith('$aws/events/'))
}

export function publishFault(topic: string, payload: Uint8Array): number | undefined {
  if (isBeyondLimits(topic) || hasWildcard(topic)) return Reason.topicNameInvalid
  return payload.length > MQTT_PAYLOAD_MAX_BYTES ? Reason.quotaExceeded : undefined
}

/** What is no PUBLISH is no will either. Before MQTT 5 nobody is told of a maximum QoS. */
export function willFault(
  { topic, payload, qos, retain }: NonNullable<ConnectPacket['will']>,
  version: number,
): number | undefined {
  if (qos === 2 && version === 5) return Reason.qosNotSupported
  return (
    publishFault(topic, payload) ?? (isDenied(topic, retain) ? Reason.notAuthorized : undefined)
  )
}

/** The CONNACK says that there are no subscription identifiers. */
export function subscribeFault({ subscriptions, properties }: SubscribePacket): number | undefined {
  if (properties?.subscriptionIdentifier !== undefined) return Reason.noSubscriptionIdentifiers
  if (subscriptions.length > FILTERS_PER_PACKET_MAX) return Reason.quotaExceeded
  if (subscriptions.some(({ topic }) => isBeyondLimits(topic))) return Reason.topicNameInvalid
  return subscriptions.every(({ topic }) => isWellFormed(topic)) ? undefined : Reason.filterInvalid
}

/** More than QoS 1 is not granted, and before MQTT 5 what is retained comes to its own topic alone. */
export function settleSubscriptions(wanted: readonly SubscriptionWanted[], version: number): void {
  for (const subscription of wanted) {
    subscription.qos = Math.min(subscription.qos, 1)
    if (version !== 5 && hasWildcard(subscription.topic)) subscription.rh = 2
  }
}

function isBeyondLimits(topic: string): boolean {
  return Buffer.byteLength(topic) > TOPIC_MAX_BYTES || slashesIn(topic) > TOPIC_SLASHES_MAX
}
