/**
 * What a draw is for. Draws of different purposes are independent of each other, so that one more
 * retry does not change what the thing works on next. Numbers stay for ever: a changed one changes
 * every plan that was made with it.
 */
export const PURPOSE = {
  work: 1,
  outcome: 2,
  backoff: 3,
  reconnect: 4,
  latency: 5,
  fault: 6,
  mix: 7,
  poll: 8,
  deal: 9,
  connect: 10,
  lateness: 11,
  notifyOrder: 12,
  overhead: 13,
} as const

/**
 * A whole number in 0 … 4,294,967,295 that depends on nothing but its arguments, of which the low 32
 * bits count. No state means: any number of workers draws the same, in any order.
 *
 * @param ordinal which of the thing's executions, requests or connections, as the purpose has it.
 */
export function drawUint32(
  seed: number,
  thing: number,
  ordinal: number,
  purpose: number,
  attempt: number,
): number {
  return drawBits(seed, thing, ordinal, purpose, attempt) >>> 0
}

/** The draw as a number with a sign: one that does not fit those, a function that is called hands over as an object. */
function drawBits(
  seed: number,
  thing: number,
  ordinal: number,
  purpose: number,
  attempt: number,
): number {
  // MurmurHash3 (x86, 32 bits) over five words. Each step is a bijection of the state, so arguments
  // that differ in one word never meet; the last mixing spreads neighbours over all bits.
  let state = absorb(0x9e3779b9, seed)
  state = absorb(state, thing)
  state = absorb(state, ordinal)
  state = absorb(state, purpose)
  state = absorb(state, attempt)
  state ^= state >>> 16
  state = Math.imul(state, 0x85ebca6b)
  state ^= state >>> 13
  state = Math.imul(state, 0xc2b2ae35)
  return state ^ (state >>> 16)
}

/** The same draw as a number above 0 and below 1, never either of them. */
export function drawUnit(
  seed: number,
  thing: number,
  ordinal: number,
  purpose: number,
  attempt: number,
): number {
  return (drawUint32(seed, thing, ordinal, purpose, attempt) + 0.5) / 4_294_967_296
}

/** The largest that `drawUnit` gives. */
export const HIGHEST_UNIT = 4_294_967_295.5 / 4_294_967_296

function absorb(state: number, word: number): number {
  let mixed = Math.imul(word | 0, 0xcc9e2d51)
  mixed = (mixed << 15) | (mixed >>> 17)
  mixed = state ^ Math.imul(mixed, 0x1b873593)
  mixed = (mixed << 13) | (mixed >>> 19)
  return (Math.imul(mixed, 5) + 0xe6546b64) | 0
}
