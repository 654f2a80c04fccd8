import { ShakedownError } from '../errors.ts'
import { inUnit } from '../report/figures.ts'
import {
  type Demand,
  demandOf,
  type Machine,
  type MachineCheck,
  machineChecks,
} from '../run/machine-needs.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { parseTarget } from '../transport/target.ts'

/**
 * Refuses a run that would fail half way for want of machine.
 * @throws ShakedownError MACHINE_TOO_SMALL with every number and every cure.
 */
export function preflight(
  machine: Machine,
  scenario: Scenario,
  workers: number,
  targets: readonly string[] | undefined,
): void {
  const checks = machineChecks(machine, demandOf(scenario, workers, targetCounts(targets)))
  const lacking = checks.filter(({ enough }) => !enough)
  if (lacking.length === 0) return
  const lines = lacking.map((check) => `${check.name}: ${figures(check)}`)
  const message = `This machine is too small for ${scenario.name}:\n${lines.join('\n')}`
  throw new ShakedownError('MACHINE_TOO_SMALL', message, {
    hint: lacking.map(({ cure }) => cure).join('\n'),
  })
}

/** How many addresses share the things of each transport; undefined for an own stand-in. */
export function targetCounts(texts: readonly string[] | undefined): Demand['targets'] | undefined {
  if (texts === undefined) return undefined
  const targets = texts.map((text) => parseTarget(text))
  const count = (wanted: string) => targets.filter(({ transport }) => transport === wanted).length
  return { mqtt: count('mqtt'), http: count('http') }
}

function figures({ found, needed, unit }: MachineCheck): string {
  return `${inUnit(found, unit)} found, ${inUnit(needed, unit)} needed.`
}
