import { test } from 'vitest'
import { drawUnit } from '../../src/clock/draw.ts'
import { killedAt, VICTIMS } from './killed-run.ts'

const SEED = 20_260_101

test.each(
  VICTIMS.map((victim, round) => ({
    victim,
    moment: Math.round(drawUnit(SEED, round, 0, 0, 0) * 100) / 100,
  })),
)(
  'after $victim was killed at $moment of a run, the report counts what was finished',
  { timeout: 120_000 },
  ({ victim, moment }) => killedAt(victim, moment),
)
