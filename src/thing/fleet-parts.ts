import type { MixRow, RetryPolicy, Scenario } from '../scenario/scenario.ts'
import type { FleetEffects, FleetTrace, Meter, ThingBook } from './ports.ts'
import { type ThingTable, TIME, WORD } from './thing-table.ts'
import type { Timers } from './timers.ts'

/** What the parts of a fleet share. */
export interface FleetParts {
  readonly scenario: Scenario
  readonly shard: number
  readonly shards: number
  /** The things of the slots, where they are not the shard's share of the fleet. */
  readonly things: readonly number[] | undefined
  readonly table: ThingTable
  readonly timers: Timers
  readonly effects: FleetEffects
  readonly meter: Meter
  readonly book: ThingBook
  readonly trace: FleetTrace | undefined
  /** By `ThingTable.row`. */
  readonly rows: readonly FleetRow[]
}

/** What is the same for all things of one row of the mix. */
export interface FleetRow {
  readonly mix: MixRow
  readonly retry: RetryPolicy
  readonly expectsVersion: boolean
  /** Its place in `OPERATIONS`: what a thing asks with. */
  readonly asksWith: number
}

/** The index of a slot's thing in the whole fleet. Every draw takes it, so that plan and draws do not
 *  depend on the number of shards. */
export function globalOf(parts: FleetParts, slot: number): number {
  return parts.things?.[slot] ?? parts.shard + slot * parts.shards
}

export function rowOf(parts: FleetParts, slot: number): FleetRow {
  const row = parts.rows[parts.table.row[slot * WORD] as number]
  if (row === undefined) throw new RangeError(`slot ${slot} has no row of the mix`)
  return row
}

/** The thing has learnt the version of its execution; it keeps it in mind if it sends it along. */
export function knowVersion(parts: FleetParts, slot: number, version: number): void {
  parts.table.version[slot * TIME] = rowOf(parts, slot).expectsVersion ? version : 0
}

/** An update was accepted, which raises the version by one (protocol 3.4). */
export function raiseVersion({ table }: FleetParts, slot: number): void {
  const version = table.version[slot * TIME] as number
  if (version > 0) table.version[slot * TIME] = version + 1
}

/** How the thing in this slot tries again. */
export function retryOf(parts: FleetParts, slot: number): RetryPolicy {
  return rowOf(parts, slot).retry
}
