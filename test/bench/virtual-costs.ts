import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { VirtualCost } from './virtual-cost.ts'

export type VirtualKind =
  | 'harness'
  | 'paced'
  | 'burst'
  | 'spread'
  | 'step-weeks'
  | 'in-progress-weeks'

const CHILD = fileURLToPath(new URL('virtual-process.js', import.meta.url))

/**
 * One run in a process of its own, as a simulation has one: the code that an earlier run has made the engine
 * compile is not what the next one wants.
 */
export function virtualCost(kind: VirtualKind, things: number): VirtualCost {
  const output = execFileSync(process.execPath, ['--expose-gc', CHILD, kind, `${things}`])
  return JSON.parse(output.toString())
}

/** An odd number of runs, by the time they took. */
export function virtualCosts(kind: VirtualKind, things: number, runs = 3): VirtualCosts {
  const all = Array.from({ length: runs }, () => virtualCost(kind, things))
  const sorted = [...all].sort((one, other) => one.seconds - other.seconds)
  return { middle: sorted[(runs - 1) / 2] as VirtualCost, all }
}

export interface VirtualCosts {
  readonly middle: VirtualCost
  readonly all: readonly VirtualCost[]
}
