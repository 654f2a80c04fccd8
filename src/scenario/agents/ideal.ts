import type { AgentProfile, MqttSettings } from '../scenario.ts'

/**
 * Firmware as the service's documentation wishes it: it retries what was throttled, timed out or
 * lost, with full jitter, and gives up after a thousand attempts.
 */
export const IDEAL: AgentProfile = {
  retry: { kind: 'full-jitter', baseUs: 1_000_000, capUs: 60_000_000, attempts: 1_000 },
  expectedVersion: false,
  strategy: 'start-next',
}

/** How such a thing connects, where a row of the mix does not say otherwise. */
export const IDEAL_MQTT: MqttSettings = {
  version: 4,
  keepAliveSeconds: 1_200,
  clean: true,
  qos: 1,
  subscribe: ['notify-next'],
}
