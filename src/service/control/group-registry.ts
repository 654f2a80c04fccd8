import type { Refusal } from './exceptions.ts'
import { refusal } from './exceptions.ts'

/** Who must know at once when a thing joins or leaves: the jobs that target its groups. */
export interface MembershipListener {
  thingJoined(group: string, thing: number, nowUs: number): void
  thingLeft(group: string, thing: number, nowUs: number): void
}

export interface ThingGroup {
  readonly name: string
  readonly id: string
  /** In the order of creation, never used again. */
  readonly serial: number
  readonly parent: ThingGroup | undefined
  readonly children: Set<ThingGroup>
  /** Things that were put into this very group. */
  readonly members: Set<number>
  /** As given: description and attributes. */
  readonly properties: object | undefined
  /** Seconds since the epoch. */
  readonly createdAt: number
}

/** Protocol 5.3. */
const DEPTH_MAX = 7
const CHILDREN_MAX = 100
const GROUPS_OF_THING_MAX = 10

/**
 * Static thing groups. A member of a group is one of every group above it too, and the listener is
 * told so; a thing may be in one group of a hierarchy only, so it leaves all of them at once.
 */
export class GroupRegistry {
  readonly #listener: MembershipListener
  readonly #groups = new Map<string, ThingGroup>()
  readonly #ofThing = new Map<number, Set<ThingGroup>>()
  #created = 0

  constructor(listener: MembershipListener) {
    this.#listener = listener
  }

  find(name: string): ThingGroup | undefined {
    return this.#groups.get(name)
  }

  all(): Iterable<ThingGroup> {
    return this.#groups.values()
  }

  /** Into which the thing itself was put. */
  groupsOf(thing: number): ThingGroup[] {
    return [...(this.#ofThing.get(thing) ?? [])]
  }

  /** @returns the name of the group with that id; undefined for null too. */
  nameOfId(id: string | null): string | undefined {
    if (id === null) return undefined
    for (const group of this.#groups.values()) if (group.id === id) return group.name
    return undefined
  }

  /** The name must be free. */
  create(
    name: string,
    parent: ThingGroup | undefined,
    properties: object | undefined,
    createdAt: number,
  ): ThingGroup | Refusal {
    if (parent !== undefined && lineOf(parent).length >= DEPTH_MAX)
      return refusal('InvalidRequestException', `Thing groups nest ${DEPTH_MAX} deep at most`)
    if (parent !== undefined && parent.children.size >= CHILDREN_MAX)
      return refusal(
        'InvalidRequestException',
        `Thing group ${parent.name} has ${CHILDREN_MAX} child groups already`,
      )
    this.#created += 1
    const id = `00000000-0000-4000-b000-${this.#created.toString(16).padStart(12, '0')}`
    const blank = { children: new Set<ThingGroup>(), members: new Set<number>() }
    const serial = this.#created
    const group: ThingGroup = { name, id, serial, parent, properties, createdAt, ...blank }
    parent?.children.add(group)
    this.#groups.set(name, group)
    return group
  }

  delete(group: ThingGroup, nowUs: number): Refusal | undefined {
    if (group.children.size > 0)
      return refusal(
        'InvalidRequestException',
        `Cannot delete thing group ${group.name}: it has child groups`,
      )
    for (const thing of [...group.members]) this.remove(group, thing, nowUs)
    group.parent?.children.delete(group)
    this.#groups.delete(group.name)
    return undefined
  }

  add(group: ThingGroup, thing: number, nowUs: number): Refusal | undefined {
    if (group.members.has(thing)) return undefined
    const held = this.#ofThing.get(thing) ?? new Set<ThingGroup>()
    if (held.size >= GROUPS_OF_THING_MAX)
      return refusal(
        'InvalidRequestException',
        `The thing is in ${GROUPS_OF_THING_MAX} thing groups already`,
      )
    const [root] = lineOf(group)
    for (const other of held)
      if (lineOf(other)[0] === root)
        return refusal(
          'InvalidRequestException',
          `The thing is in thing group ${other.name} of the same hierarchy already`,
        )
    held.add(group)
    this.#ofThing.set(thing, held)
    group.members.add(thing)
    for (const { name } of lineOf(group)) this.#listener.thingJoined(name, thing, nowUs)
    return undefined
  }

  remove(group: ThingGroup, thing: number, nowUs: number): void {
    if (!group.members.delete(thing)) return
    const held = this.#ofThing.get(thing)
    held?.delete(group)
    if (held?.size === 0) this.#ofThing.delete(thing)
    for (const { name } of lineOf(group)) this.#listener.thingLeft(name, thing, nowUs)
  }

  /** A deleted thing is forgotten without a word: the listener learns of the deletion itself. */
  forget(thing: number): void {
    for (const group of this.#ofThing.get(thing) ?? []) group.members.delete(thing)
    this.#ofThing.delete(thing)
  }
}

/** From the root down to the group itself. */
export function lineOf(group: ThingGroup): ThingGroup[] {
  const line: ThingGroup[] = []
  for (let at: ThingGroup | undefined = group; at !== undefined; at = at.parent) line.unshift(at)
  return line
}

/** Of the group, and with `recursive` of all groups below it; in the order of the things' indexes. */
export function membersOf(group: ThingGroup, recursive: boolean): number[] {
  const members = [...group.members]
  if (recursive) for (const child of group.children) members.push(...membersOf(child, true))
  return members.sort((one, other) => one - other)
}
