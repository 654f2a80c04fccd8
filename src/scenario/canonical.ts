import { createHash } from 'node:crypto'
import { stringify } from 'yaml'
import { fileForm } from './file-form.ts'
import type { Scenario } from './scenario.ts'

/**
 * The one JSON text of a value: members in the order of their names, no spaces, numbers as short as
 * they can be, members without a value left out. Infinity, which JSON lacks, is `"Infinity"`.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`)
    return `{${members.join(',')}}`
  }
  if (value === Number.POSITIVE_INFINITY) return '"Infinity"'
  return JSON.stringify(value)
}

/** SHA-256, in hexadecimal, of the scenario with its seed: two runs with the same one had one plan. */
export function planHash(scenario: Scenario): string {
  return sha256(canonicalJson(scenario))
}

/** The same without the seed: two runs with the same one may be compared. */
export function scenarioHash({ seed: _, ...rest }: Scenario): string {
  return sha256(canonicalJson(rest))
}

/** The scenario as a file again, with every default spelt out: read back, it is the same scenario. */
export function resolvedYaml(scenario: Scenario): string {
  return stringify(fileForm(scenario), { lineWidth: 0, aliasDuplicateObjects: false })
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
