import { test } from 'vitest'
import { drawUnit } from '../../src/clock/draw.ts'
import { killedAt, VICTIMS } from './killed-run.ts'

const ROUNDS = 20
const SEED = 42

test.each(
  Array.from({ length: ROUNDS }, (_, round) => ({
    round,
    victim: VICTIMS[round % VICTIMS.length] ?? 'run',
    moment: Math.round(drawUnit(SEED, round, 0, 0, 0) * 100) / 100,
  })),
)(
  'round $round: after $victim was killed at $moment of a run, the report counts what was finished',
  ({ victim, moment }) => killedAt(victim, moment),
)
