import { LIST_PAGE_MAX } from '../../protocol/limits.ts'
import type { ControlCall } from './control-call.ts'

/**
 * One page of a list. Every list has an order by a number that an item keeps for life, so a token is
 * the number of the last item shown: it stays good while items come and go.
 */
export interface Page {
  /** Of the operation and its filters: a token is good for one list only. */
  readonly scope: string
  /** Items up to this number were shown before; −Infinity on the first page. */
  readonly after: number
  readonly limit: number
}

/** What a list calls its length and its token. */
export interface PageNames {
  readonly limit: string
  readonly token: string
}

const TOKEN_PAGES: PageNames = { limit: 'maxResults', token: 'nextToken' }
export const MARKER_PAGES: PageNames = { limit: 'pageSize', token: 'marker' }

export function pageOf(
  call: ControlCall,
  operation: string,
  filters: readonly unknown[],
  names = TOKEN_PAGES,
): Page {
  const limit = call.queryInteger(names.limit, 1, LIST_PAGE_MAX) ?? LIST_PAGE_MAX
  const scope = JSON.stringify([operation, ...filters.map((filter) => filter ?? null)])
  const token = call.query.get(names.token)
  const after = token === null ? Number.NEGATIVE_INFINITY : afterOf(token, scope)
  if (after === undefined)
    call.checks.add(token, names.token, 'Member must be a token of this list')
  return { scope, after: after ?? 0, limit }
}

export interface Slice<Item> {
  readonly items: Item[]
  /** undefined on the last page. */
  readonly nextToken: string | undefined
}

/** @param items in the order of their numbers; those up to `page.after` may be left out. */
export function slice<Item>(
  items: Iterable<Item>,
  numberOf: (item: Item) => number,
  page: Page,
): Slice<Item> {
  const shown: Item[] = []
  for (const item of items) {
    if (numberOf(item) <= page.after) continue
    if (shown.length === page.limit) {
      const last = numberOf(shown[shown.length - 1] as Item)
      return { items: shown, nextToken: tokenOf(page.scope, last) }
    }
    shown.push(item)
  }
  return { items: shown, nextToken: undefined }
}

function tokenOf(scope: string, after: number): string {
  return Buffer.from(JSON.stringify([scope, after])).toString('base64url')
}

function afterOf(token: string, scope: string): number | undefined {
  try {
    const [ofScope, after] = JSON.parse(Buffer.from(token, 'base64url').toString()) as unknown[]
    return ofScope === scope && typeof after === 'number' ? after : undefined
  } catch {
    return undefined
  }
}
