/** Text that is HTML already. Only `html` and `trustedHtml` make it. */
export class SafeHtml {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

type Value = string | number | SafeHtml | readonly SafeHtml[] | undefined

/** A template whose values are escaped, so that forgetting to do so is not possible. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): SafeHtml {
  const text = parts.reduce((sum, part, index) => sum + part + markup(values[index]), '')
  return new SafeHtml(text)
}

/** For text of ours that is HTML, style or script. Never for what a person wrote. */
export function trustedHtml(text: string): SafeHtml {
  return new SafeHtml(text)
}

function markup(value: Value): string {
  if (value === undefined) return ''
  if (value instanceof SafeHtml) return value.text
  if (typeof value === 'object') return value.map(({ text }) => text).join('')
  return escapeHtml(String(value))
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Right in text and in quoted attributes. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
}

/** JSON inside a script element ends at the first `</script`, so `<` is written another way. */
export function scriptJson(data: unknown): SafeHtml {
  return new SafeHtml(JSON.stringify(data).replace(/</g, '\\u003c'))
}
