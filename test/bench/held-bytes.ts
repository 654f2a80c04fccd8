/**
 * What the heap and its array buffers hold; 0 without `--expose-gc`. The second collection waits for what the first
 * has left to be freed beside it, which array buffers are.
 */
export function heldBytes(): number {
  if (globalThis.gc === undefined) return 0
  globalThis.gc()
  globalThis.gc()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
