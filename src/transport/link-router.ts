import type { Link } from './link.ts'

/**
 * One link over several: each thing has its own way, by slot. A thing that has none is a bug of the
 * caller and throws.
 */
export function linkRouter(linkOf: readonly Link[]): Link {
  const at = (thing: number): Link => {
    const link = linkOf[thing]
    if (link === undefined) throw new RangeError(`thing ${thing} has no link`)
    return link
  }
  return {
    connect: (thing) => at(thing).connect(thing),
    subscribe: (thing) => at(thing).subscribe(thing),
    send: (thing, operation, token, request) => at(thing).send(thing, operation, token, request),
    cancel: (thing, token) => at(thing).cancel(thing, token),
    close: (thing) => at(thing).close(thing),
  }
}
