/*
 * What a run does in its own time, the same over sockets and in virtual time: two worlds that differ in
 * it end at other times and with other answers.
 */

/** From when all are ready to T0: enough for it to reach every worker and the stand-in. */
export const T0_AHEAD_US = 100_000

/** How often a rollout is looked at whether it is over. Things go on polling until it is seen. */
export const ROLLOUT_LOOK_US = 500_000

/** An end that misses its second by the time a timer needs has the whole of it. */
const LATE_TIMER_US = 20_000

/** How many whole seconds of the load lie before this time since T0. */
export function wholeSeconds(us: number): number {
  return Math.floor((us + LATE_TIMER_US) / 1e6)
}
