import { isMap } from './raw.ts'
import { shown } from './shown.ts'

type DocumentText = { readonly json: string } | { readonly problem: string }

/** A job document as JSON text: that of the map in the file, or the very text that stands there. */
export function documentText(document: unknown): DocumentText {
  if (typeof document === 'string') {
    try {
      JSON.parse(document)
      return { json: document }
    } catch {
      return {
        problem: `is neither a map nor JSON text: write one of them, not ${shown(document)}`,
      }
    }
  }
  if (!isMap(document)) {
    return { problem: `is neither a map nor JSON text: write one of them, not ${shown(document)}` }
  }
  let infinite: number | undefined
  const json = JSON.stringify(document, (_, value) => {
    if (typeof value === 'number' && !Number.isFinite(value)) infinite = value
    return value
  })
  if (infinite !== undefined) return { problem: `holds ${infinite}, which JSON cannot say` }
  return { json }
}
