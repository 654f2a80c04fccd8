import type { Summary } from '../results/summary.ts'
import { percent } from './figures.ts'

/** Of all cores; less is what every machine does beside a run. */
const WORTH_TELLING = 0.05

/** `other processes 64% of the cores`; undefined where nobody used much, or nobody knows. */
export function besideWords(generator: Summary['generator']): string | undefined {
  const { othersShare = 0, stolenShare = 0 } = generator?.beside ?? {}
  const takers = [
    { who: 'other processes', share: othersShare },
    { who: 'the host of this virtual machine', share: stolenShare },
  ].filter(({ share }) => share > WORTH_TELLING)
  const [first, ...more] = takers.map(({ who, share }) => `${who} ${percent(share)}`)
  if (first === undefined) return undefined
  return [`${first} of the cores`, ...more].join(', ')
}
