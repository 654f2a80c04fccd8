const SLASH = 47
const PLUS = 43
const HASH = 35
const DOLLAR = 36

/**
 * Whether a subscription's filter takes a topic. As AWS does it: `#` does not take the parent level
 * (`a/#` and `a`), where the text of MQTT would have it (AWS IoT Developer Guide, MQTT). A filter that
 * begins with a wildcard takes no topic that begins with `$` (MQTT 4.7.2).
 */
export function filterTakes(filter: string, topic: string): boolean {
  const first = filter.charCodeAt(0)
  if (topic.charCodeAt(0) === DOLLAR && (first === PLUS || first === HASH)) return false
  let at = 0
  for (let read = 0; ; read++) {
    if (read === filter.length) return at === topic.length
    const wanted = filter.charCodeAt(read)
    if (wanted === HASH) return true
    if (wanted === PLUS) {
      while (at < topic.length && topic.charCodeAt(at) !== SLASH) at += 1
    } else if (at === topic.length || topic.charCodeAt(at) !== wanted) {
      return false
    } else {
      at += 1
    }
  }
}

/** Whether it is a filter at all: a wildcard has a level to itself, and `#` the last one (MQTT 4.7.1). */
export function isWellFormed(filter: string): boolean {
  return /^(?:[^+#/]*\/|\+\/)*(?:[^+#/]*|[+#])$/.test(filter) && filter !== ''
}

/** `a/+` is a filter and no topic. */
export function hasWildcard(text: string): boolean {
  return text.includes('+') || text.includes('#')
}

/** The thing that a filter under `$aws/things/` is about; undefined when it is about any, or none. */
export function thingOfFilter(filter: string): string | undefined {
  const [, , thing] = filter.split('/', 3)
  return thing === undefined || thing === '+' || thing === '#' ? undefined : thing
}

/** Whether a filter under `$aws/` may take a topic under `$aws/events/`. */
export function mayTakeEvents(filter: string): boolean {
  const [, second] = filter.split('/', 2)
  return second === 'events' || second === '+' || second === '#'
}

/** `a/b` has one. AWS allows seven in topics and filters. */
export function slashesIn(text: string): number {
  let slashes = 0
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) === SLASH) slashes += 1
  return slashes
}
