import type { AgentProfile } from '../scenario.ts'
import { IDEAL } from './ideal.ts'

/** The profiles a scenario can name without defining them. */
export const BUILT_IN_AGENTS: ReadonlyMap<string, AgentProfile> = new Map([['ideal', IDEAL]])
