/**
 * Calls back again and again, for as long as something else keeps the thread going.
 * @returns ends it.
 */
export function every(ms: number, call: () => void): () => void {
  const timer = setInterval(call, ms).unref()
  return () => clearInterval(timer)
}
