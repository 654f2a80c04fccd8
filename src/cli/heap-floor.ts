const MIB = 1_048_576

/**
 * What V8 must allow a thread's heap in all. Measured on Node 20.20, x64, which adds 48 MiB for young
 * objects to `--max-old-space-size`: with 20 MiB of it the program does not load, with 28 its stand-in
 * dies, with 32 it runs a small fleet and makes the report of an hour.
 */
const NEEDED_MIB = 48 + 32
const CURE_MIB = 128

/**
 * A thread that runs out of heap is lost and its run says so; the first one takes the process with it,
 * and nobody is left to say anything. So that is said beforehand.
 *
 * @param limitBytes to what V8 lets the heap grow.
 * @returns undefined when it is enough to begin with; larger fleets need more.
 */
export function heapRefusal(limitBytes: number): string | undefined {
  const limitMiB = Math.floor(limitBytes / MIB)
  if (limitMiB >= NEEDED_MIB) return undefined
  return (
    `Node's heap is too small: ${limitMiB} MiB found, ${NEEDED_MIB} MiB needed.\n` +
    `Give it more, NODE_OPTIONS=--max-old-space-size=${CURE_MIB}, or take that option away.`
  )
}
