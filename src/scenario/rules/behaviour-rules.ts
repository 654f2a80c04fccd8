import type { Path, Tell } from '../problem.ts'
import { duration, share } from '../quantity.ts'
import { isMap, membersAt, rawAt, rowsAt, valueAt } from '../raw.ts'
import { tellUnlessWhole } from './whole.ts'

/** Which kinds of fault have something to delay. */
const DELAYING = ['delayed-notification']

/** Rules about what things do and what the stand-in does to them. */
export function behaviourRules(raw: unknown, tell: Tell): void {
  if (isMap(rawAt(raw, 'behaviour', 'outcomes'))) {
    const outcomes = membersAt(raw, 'behaviour', 'outcomes')
    const shares = outcomes.map(([, value]) => valueAt(share, value))
    tellUnlessWhole(shares, ['behaviour', 'outcomes'], tell)
  }
  checkLaw(raw, ['behaviour', 'work'], 'p95', tell)
  checkLaw(raw, ['service', 'latency'], 'p99', tell)
  rowsAt(raw, 'service', 'faults').forEach((row, index) => {
    checkFault(row, ['service', 'faults', index], tell)
  })
}

/** A log-normal law needs a median above zero and a quantile above that, or equal ones. */
function checkLaw(raw: unknown, path: Path, quantile: string, tell: Tell): void {
  const medianUs = valueAt(duration, raw, ...path, 'median')
  const quantileUs = valueAt(duration, raw, ...path, quantile)
  if (medianUs === undefined || quantileUs === undefined || medianUs === quantileUs) return
  const where = [...path, quantile]
  if (quantileUs < medianUs) {
    tell(where, `is below the median; write at least ${rawAt(raw, ...path, 'median')}`)
  } else if (medianUs === 0) {
    tell([...path, 'median'], `is 0s, so ${quantile} can only be 0s too; write a longer median`)
  }
}

function checkFault(row: unknown, path: Path, tell: Tell): void {
  const kind = String(rawAt(row, 'kind'))
  const delays = DELAYING.includes(kind)
  if (delays && rawAt(row, 'by') === undefined) {
    tell(path, `says no delay; add by, such as by: 5s`)
  } else if (!delays && rawAt(row, 'by') !== undefined) {
    tell([...path, 'by'], `means nothing with kind ${kind}, which delays nothing; leave it out`)
  }
}
