import { hearsNext } from '../scenario/blockades.ts'
import { mixRowOf } from '../scenario/mix.ts'
import type { Scenario } from '../scenario/scenario.ts'

/** From a thing to the service on one machine, and the same back. */
export const ONE_WAY_US = 250

/** Whether a thing has an open socket. */
export const Way = { closed: 0, open: 1 } as const

/** What a row takes; its bytes stand at `thing * BYTES`, its words at `thing * WORDS`. */
export const BYTES = 16
export const WORDS = BYTES / Uint32Array.BYTES_PER_ELEMENT

/**
 * How each thing of the fleet is connected. What each request needs stands in one row of 16 bytes:
 * each name is a view of the rows that begins at its place in the first. They are declared and no
 * more: what begins as undefined is checked by the engine at each use.
 */
export class ThingWays {
  /** Word: counts up with each connection and each end of one; what belongs to an older one is not heard. */
  declare readonly connection: Uint32Array
  declare readonly isHttp: Uint8Array
  declare readonly isMqtt5: Uint8Array
  /** How many filters it subscribes to. */
  declare readonly filters: Uint8Array
  /** 1: notify-next is among them. */
  declare readonly hearsNext: Uint8Array
  /** `Way`. */
  declare readonly way: Uint8Array
  declare readonly subscribed: Uint8Array
  /** By thing: when it began to connect. */
  declare readonly beganUs: Float64Array

  constructor(scenario: Scenario) {
    const { things } = scenario.fleet
    const rows = new ArrayBuffer(things * BYTES)
    const bytes = (at: number) => new Uint8Array(rows, Math.min(at, rows.byteLength))
    this.connection = new Uint32Array(rows)
    this.isHttp = bytes(4)
    this.isMqtt5 = bytes(5)
    this.filters = bytes(6)
    this.hearsNext = bytes(7)
    this.way = bytes(8)
    this.subscribed = bytes(9)
    this.beganUs = new Float64Array(things)
    for (let thing = 0; thing < things; thing++) {
      const { transport, mqtt } = mixRowOf(scenario, thing)
      this.isHttp[thing * BYTES] = Number(transport === 'http')
      this.isMqtt5[thing * BYTES] = Number(mqtt.version === 5)
      this.filters[thing * BYTES] = mqtt.subscribe.length
      this.hearsNext[thing * BYTES] = Number(transport === 'mqtt' && hearsNext(mqtt))
    }
  }
}
