/** A request's token as the `clientToken` on the wire. The letter tells it from others' tokens. */
export function tokenText(token: number): string {
  return `t${token}`
}

/** @returns undefined for a text that `tokenText` did not make. */
export function tokenOf(text: string | undefined): number | undefined {
  if (text === undefined || text.charCodeAt(0) !== 0x74) return undefined
  const token = Number(text.slice(1))
  return Number.isSafeInteger(token) && token >= 0 && tokenText(token) === text ? token : undefined
}
