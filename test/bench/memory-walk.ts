const READS = 2_000_000
/** What fits the first cache of a processor, what fits the second, and what fits none. */
const SIZES = [16 * 1_024, 1_024 * 1_024, 64 * 1_024 * 1_024]
/** Of a linear congruence, so that every run walks the same way. */
const [FACTOR, SUMMAND] = [1_103_515_245, 12_345]

/**
 * How long a read takes that waits for the one before it, in nanoseconds, in 16 KiB, 1 MiB and 64 MiB. A machine
 * that others use as well shows it here: figures of two runs compare when these do.
 */
export function readNs(): number[] {
  return SIZES.map((bytes) => {
    const next = circleOf(bytes / Int32Array.BYTES_PER_ELEMENT)
    const warm = walk(next, 0, next.length)
    const began = process.hrtime.bigint()
    const end = walk(next, warm, READS)
    if (end < 0) throw new RangeError('the walk has left its circle')
    return Number(process.hrtime.bigint() - began) / READS
  })
}

function walk(next: Int32Array, from: number, reads: number): number {
  let at = from
  for (let read = 0; read < reads; read++) at = next[at] as number
  return at
}

/** Each place names the next of one circle through all of them, in no order that a processor foresees. */
function circleOf(places: number): Int32Array {
  const order = Int32Array.from({ length: places }, (_, place) => place)
  let state = 1
  for (let place = places - 1; place > 0; place--) {
    state = (Math.imul(state, FACTOR) + SUMMAND) >>> 0
    const other = state % (place + 1)
    const swapped = order[place] as number
    order[place] = order[other] as number
    order[other] = swapped
  }
  const next = new Int32Array(places)
  for (let at = 0; at < places; at++) next[order[at] as number] = order[(at + 1) % places] as number
  return next
}
