/** A null target in a process of its own, for as long as its parent lives. */
import { startNullTarget } from '../run/null-target.ts'

process.on('SIGINT', () => {})
process.on('disconnect', () => process.exit())
const { targets } = await startNullTarget()
process.send?.(targets)
