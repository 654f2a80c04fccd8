/**
 * A 32-bit mark of one ended execution. The marks of a thing's executions are added up (modulo
 * 2^32), so both sides of a run can tell in four bytes whether they hold the same endings, whatever
 * the order they learned of them.
 */
export function markOf(jobId: string, executionNumber: number, status: string): number {
  let hash = fold(0x811c9dc5, jobId)
  hash = fold(Math.imul(hash ^ executionNumber, 0x01000193), status)
  // The finish of murmur3: without it similar ids give sums that cancel out.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

function fold(start: number, text: string): number {
  let hash = start
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hash
}
