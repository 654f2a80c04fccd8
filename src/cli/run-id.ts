import { availableParallelism } from 'node:os'
import { appendRow } from '../results/run-folder.ts'
import type { Machine } from '../run/machine-needs.ts'
import { VERSION } from './version.ts'

/** Sorts by time, says what it was: `2026-01-01T00-00-00.000-quickstart`. */
export function runIdOf(scenarioName: string, startedAtMs: number): string {
  const stamp = new Date(startedAtMs).toISOString().replaceAll(':', '-').replace('Z', '')
  const name = scenarioName.replaceAll(/[^a-zA-Z0-9_-]+/g, '-').slice(0, 60)
  return `${stamp}-${name}`
}

export interface RunBeginning {
  readonly folder: string
  readonly runId: string
  readonly startedAtMs: number
  readonly targets: readonly string[]
  readonly workers: number
  readonly machine: Machine
  /** In a replay: the things that take part. */
  readonly only?: readonly string[] | undefined
}

/** Writes the first row of a run: what is known before anything is sent. */
export function beginRunFolder(beginning: RunBeginning): void {
  const { folder, runId, startedAtMs, targets, workers, machine, only } = beginning
  appendRow(folder, {
    kind: 'run',
    id: runId,
    startedAt: new Date(startedAtMs).toISOString(),
    targets,
    workers,
    only,
    version: VERSION,
    host: {
      node: process.version,
      cpus: availableParallelism(),
      memoryLimitMiB: Math.round(machine.memoryLimitMiB),
      ...(machine.descriptorLimit === null ? {} : { descriptorLimit: machine.descriptorLimit }),
    },
  })
}
