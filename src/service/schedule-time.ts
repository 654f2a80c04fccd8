const FORM = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})$/

/** @returns seconds since the epoch of `YYYY-MM-DDTHH:MM` in UTC; undefined for any other text. */
export function scheduleSeconds(text: string): number | undefined {
  const [whole, ...parts] = FORM.exec(text) ?? []
  if (whole === undefined) return undefined
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = parts.map(Number)
  const ms = Date.UTC(year, month - 1, day, hour, minute)
  // What is no day or time comes back as another one.
  return new Date(ms).toISOString().startsWith(text) ? ms / 1_000 : undefined
}
