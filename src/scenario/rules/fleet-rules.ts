import { suggestion } from '../../words.ts'
import { BUILT_IN_AGENTS } from '../agents/built-in.ts'
import { DEFAULTS } from '../defaults.ts'
import type { Tell } from '../problem.ts'
import { share } from '../quantity.ts'
import { membersAt, rawAt, rowsAt, textAt, valueAt } from '../raw.ts'
import { shown } from '../shown.ts'
import { tellUnlessWhole } from './whole.ts'

/** Characters; the service's limit on thing names. */
const LONGEST_THING_NAME = 128

/** Rules about the fleet and its mix. */
export function fleetRules(raw: unknown, tell: Tell): void {
  checkNames(raw, tell)
  const mix = rowsAt(raw, 'fleet', 'mix')
  const shares = mix.map((row) => valueAt(share, row, 'share'))
  if (shares.length > 0) tellUnlessWhole(shares, ['fleet', 'mix'], tell)
  mix.forEach((row, index) => {
    checkRow(raw, row, index, tell)
  })
}

function checkNames(raw: unknown, tell: Tell): void {
  const things = rawAt(raw, 'fleet', 'things')
  const prefix = textAt(raw, 'fleet', 'namePrefix') ?? DEFAULTS.namePrefix
  if (typeof things !== 'number' || !(things >= 1)) return
  const length = prefix.length + String(Math.floor(things) - 1).length
  if (length <= LONGEST_THING_NAME) return
  const surplus = length - LONGEST_THING_NAME
  tell(
    ['fleet', 'namePrefix'],
    `makes thing names of ${length} characters; at most ${LONGEST_THING_NAME} are allowed, so shorten it by ${surplus}`,
  )
}

function checkRow(raw: unknown, row: unknown, index: number, tell: Tell): void {
  const agent = textAt(row, 'agent')
  const known = [...BUILT_IN_AGENTS.keys(), ...membersAt(raw, 'agents').map(([name]) => name)]
  if (agent !== undefined && !known.includes(agent)) {
    const cure = suggestion(agent, known)
    tell(['fleet', 'mix', index, 'agent'], `unknown agent ${shown(agent)}; ${cure}`)
  }
  if (rawAt(row, 'transport') === 'http' && rawAt(row, 'mqtt') !== undefined) {
    tell(['fleet', 'mix', index, 'mqtt'], 'means nothing with transport http; leave it out')
  }
}
