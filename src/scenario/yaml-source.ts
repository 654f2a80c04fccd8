import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type ParsedNode,
  parseDocument,
  visit,
} from 'yaml'
import type { Path } from './problem.ts'

const LARGEST_BYTES = 1_048_576
/** How many nodes aliases may multiply into, counted as the yaml library does. */
const MOST_ALIASES = 100

/** The yaml library reads by recursion; a text of ten thousand brackets ends the stack. */
const TOO_DEEP = 'the file is nested too deep'

/** A sentence about the text, and where in it: offset in characters. */
interface TextProblem {
  readonly offset: number
  readonly text: string
}

/** A YAML text as plain values, with the way back from a value to its place. */
export interface YamlSource {
  /** undefined when the text is no YAML at all. */
  readonly raw: unknown
  readonly problems: readonly TextProblem[]
  /** Where the value at a path is written, or what comes nearest to it. */
  offsetOf(path: Path, atKey: boolean): number
  /** Both from 1. */
  position(offset: number): { readonly line: number; readonly column: number }
}

export function readYaml(textOfFile: string): YamlSource {
  // A byte order mark is no character of the first line.
  const text = textOfFile.replace(/^\uFEFF/, '')
  const lines = new LineCounter()
  const position = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }
  const unread = (problem: string): YamlSource => ({
    raw: undefined,
    problems: [{ offset: 0, text: problem }],
    offsetOf: () => 0,
    position,
  })
  const bytes = Buffer.byteLength(text)
  if (bytes > LARGEST_BYTES) {
    return unread(`the file is ${bytes} bytes; a scenario may have ${LARGEST_BYTES}`)
  }
  try {
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
    const problems = textProblems(document, text)
    const fatal = document.errors.some(({ code }) => code !== 'DUPLICATE_KEY')
    const offsetOf = (path: Path, atKey: boolean) => placeOf(document, path, atKey)
    if (fatal) return { raw: undefined, problems, offsetOf, position }
    return { ...plainValue(document, problems), offsetOf, position }
  } catch (error) {
    if (error instanceof RangeError) return unread(TOO_DEEP)
    throw error
  }
}

function textProblems(document: Document.Parsed, text: string): TextProblem[] {
  return [...document.errors, ...document.warnings].map(({ code, message, pos: [offset] }) => {
    const [key = ''] = /^[^\s:]*/.exec(text.slice(offset, offset + 128)) ?? []
    switch (code) {
      case 'DUPLICATE_KEY':
        return { offset, text: `${key} is written twice in the same map; keep one` }
      case 'MULTIPLE_DOCS':
        return { offset, text: 'the file holds more than one document; keep one' }
      default:
        if (message.startsWith('Maximum call stack')) return { offset, text: TOO_DEEP }
        return { offset, text: `not YAML: ${message.split('\n')[0]}` }
    }
  })
}

function plainValue(document: Document.Parsed, problems: TextProblem[]) {
  try {
    return { raw: document.toJS({ maxAliasCount: MOST_ALIASES }) as unknown, problems }
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error
    // Thrown for an alias without its anchor, and for aliases of aliases that grow without bound.
    let offset = 0
    visit(document, {
      Alias(_, alias) {
        offset = alias.range?.[0] ?? 0
        return alias.resolve(document) === undefined ? visit.BREAK : undefined
      },
    })
    const unknown = /^Unresolved alias .*: (\S+)$/.exec(error.message)?.[1]
    const text =
      unknown === undefined
        ? 'aliases multiply into too many values; write them out'
        : `*${unknown} repeats nothing: there is no &${unknown} before it`
    return { raw: undefined, problems: [...problems, { offset, text }] }
  }
}

function placeOf(document: Document.Parsed, path: Path, atKey: boolean): number {
  let node: ParsedNode | null = document.contents
  let offset = 0
  for (const [depth, step] of path.entries()) {
    const resolved: unknown = isAlias(node) ? node.resolve(document) : node
    const wantsKey = atKey && depth === path.length - 1
    const found = child(resolved, step)
    if (found === undefined) return offset
    // A map or list is told by its key: its own place is that of its first member.
    const useKey = wantsKey || !isScalar(found.value)
    offset = (useKey ? found.keyOffset : undefined) ?? found.value?.range?.[0] ?? offset
    node = found.value
  }
  return offset
}

interface Found {
  readonly keyOffset: number | undefined
  readonly value: ParsedNode | null
}

function child(node: unknown, step: string | number): Found | undefined {
  if (isMap<ParsedNode, ParsedNode | null>(node)) {
    const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step))
    return pair && { keyOffset: pair.key.range[0], value: pair.value }
  }
  if (isSeq<ParsedNode>(node)) {
    const value = node.items[Number(step)]
    return value && { keyOffset: undefined, value }
  }
  return undefined
}
