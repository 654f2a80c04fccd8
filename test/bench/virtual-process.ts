import { benchVirtual } from './virtual.ts'
import type { VirtualCost } from './virtual-cost.ts'
import type { VirtualKind } from './virtual-costs.ts'
import {
  benchBurstRollout,
  benchPacedRollout,
  benchSpread,
  benchWeeks,
} from './virtual-rollouts.ts'

const KINDS: Readonly<Record<VirtualKind, (things: number) => VirtualCost>> = {
  harness: benchVirtual,
  paced: benchPacedRollout,
  burst: benchBurstRollout,
  spread: benchSpread,
  'step-weeks': (things) => benchWeeks('step', things),
  'in-progress-weeks': (things) => benchWeeks('in-progress', things),
}

const [kind, things] = process.argv.slice(2)
const cost = KINDS[kind as VirtualKind](Number(things))
process.stdout.write(JSON.stringify(cost))
