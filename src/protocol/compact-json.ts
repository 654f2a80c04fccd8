const STRING_OR_SPACE = /"(?:[^"\\]|\\.)*"|[\t\n\r ]+/g

/** The same JSON text without white space between its parts. Numbers and strings stay as they are spelt. */
export function compactJson(text: string): string {
  if (!/[\t\n\r ]/.test(text)) return text
  return text.replaceAll(STRING_OR_SPACE, (part) => (part.startsWith('"') ? part : ''))
}
