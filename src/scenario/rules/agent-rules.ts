import { suggestion } from '../../words.ts'
import { BUILT_IN_AGENTS } from '../agents/built-in.ts'
import { DEFAULTS } from '../defaults.ts'
import type { Path, Tell } from '../problem.ts'
import { duration } from '../quantity.ts'
import { membersAt, rawAt, textAt, valueAt } from '../raw.ts'
import { shown } from '../shown.ts'

/** What a kind of retrying has no use for. */
const USELESS: ReadonlyMap<unknown, readonly string[]> = new Map([
  ['none', ['base', 'cap', 'attempts']],
  ['fixed', ['cap']],
])

/** Rules about agent profiles, and about retrying wherever it is written. */
export function agentRules(raw: unknown, tell: Tell): void {
  const agents = new Map(membersAt(raw, 'agents'))
  for (const [name, agent] of agents) {
    checkBase(agents, name, agent, tell)
    checkRetry(lineage(agents, name), ['agents', name, 'retry'], tell)
  }
  checkRetry([rawAt(raw, 'behaviour', 'retry')], ['behaviour', 'retry'], tell)
}

function checkBase(
  agents: ReadonlyMap<string, unknown>,
  name: string,
  agent: unknown,
  tell: Tell,
): void {
  if (BUILT_IN_AGENTS.has(name)) {
    tell(['agents', name], 'is built in and cannot be changed; choose another name and extend it')
    return
  }
  const base = textAt(agent, 'extends') ?? DEFAULTS.agent
  const known = [...BUILT_IN_AGENTS.keys(), ...agents.keys()].filter((other) => other !== name)
  if (!known.includes(base) && base !== name) {
    const cure = suggestion(base, known)
    tell(['agents', name, 'extends'], `unknown agent ${shown(base)}; ${cure}`)
  } else if (extendsItself(agents, name)) {
    tell(['agents', name, 'extends'], `goes in a circle, back to ${name}; extend ${DEFAULTS.agent}`)
  }
}

function extendsItself(agents: ReadonlyMap<string, unknown>, name: string): boolean {
  const seen = new Set<string>()
  let next: string | undefined = textAt(agents.get(name), 'extends')
  while (next !== undefined && !seen.has(next)) {
    if (next === name) return true
    seen.add(next)
    next = textAt(agents.get(next), 'extends')
  }
  return false
}

/** The retry maps that an agent's own is made of, its own first. */
function lineage(agents: ReadonlyMap<string, unknown>, name: string): unknown[] {
  const seen = new Set<string>()
  const retries: unknown[] = []
  let next: string | undefined = name
  while (next !== undefined && !seen.has(next)) {
    seen.add(next)
    retries.push(rawAt(agents.get(next), 'retry'))
    next = textAt(agents.get(next), 'extends')
  }
  return retries
}

/** @param retries what is written here, then what it is based on; last of all comes `ideal`. */
function checkRetry(retries: readonly unknown[], path: Path, tell: Tell): void {
  const [own] = retries
  if (own === undefined) return
  const inherited = (key: string) =>
    retries.map((retry) => rawAt(retry, key)).find((value) => value !== undefined)
  const kind = inherited('kind') ?? 'full-jitter'
  for (const key of USELESS.get(kind) ?? []) {
    if (rawAt(own, key) !== undefined) {
      tell([...path, key], `means nothing with kind ${kind}; leave it out`)
    }
  }
  if (kind !== 'full-jitter') return
  const baseUs = valueAt(duration, inherited('base') ?? '1s')
  const capUs = valueAt(duration, inherited('cap') ?? '60s')
  if (baseUs !== undefined && capUs !== undefined && capUs < baseUs) {
    tell(path, 'has a cap below its base; write a cap that is at least the base')
  }
}
