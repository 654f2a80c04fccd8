/** The things of the account, as the Jobs service knows them by index. */
export interface ThingStore {
  /** Indexes are below this; some may be of things that were deleted. */
  readonly things: number
  thingIndex(name: string): number | undefined
  thingName(index: number): string
  /** @returns the index of a new thing; an index is never used again. */
  addThing(name: string): number
  /** It leaves its groups, and its executions end. */
  removeThing(index: number, nowUs: number): void
}

/** Who else keeps something about a thing. */
export interface ThingKeeper {
  forget(thing: number): void
}

/** What CreateThing says of a thing beyond its name. */
export interface ThingSettings {
  readonly thingTypeName: string | undefined
  readonly billingGroupName: string | undefined
  readonly attributes: Readonly<Record<string, string>>
}

const PLAIN: ThingSettings = {
  thingTypeName: undefined,
  billingGroupName: undefined,
  attributes: {},
}

/** Names, settings and principals of things. A thing without settings takes no memory here. */
export class ThingRegistry {
  readonly #store: ThingStore
  readonly #groups: ThingKeeper
  readonly #settings = new Map<number, ThingSettings>()
  /** Thing → certificate ids, in the order of attachment. */
  readonly #principals = new Map<number, Set<string>>()
  /** Certificate id → things. */
  readonly #holders = new Map<string, Set<number>>()

  constructor(store: ThingStore, groups: ThingKeeper) {
    this.#store = store
    this.#groups = groups
  }

  indexOf(name: string): number | undefined {
    return this.#store.thingIndex(name)
  }

  nameOf(thing: number): string {
    return this.#store.thingName(thing)
  }

  settingsOf(thing: number): ThingSettings {
    return this.#settings.get(thing) ?? PLAIN
  }

  /** @returns undefined when the name is taken by a thing with other settings. */
  create(name: string, settings: ThingSettings): number | undefined {
    const known = this.indexOf(name)
    if (known !== undefined) return same(this.settingsOf(known), settings) ? known : undefined
    const thing = this.#store.addThing(name)
    if (!same(settings, PLAIN)) this.#settings.set(thing, settings)
    return thing
  }

  /** Of a thing without principals. */
  delete(thing: number, nowUs: number): void {
    this.#settings.delete(thing)
    this.#groups.forget(thing)
    this.#store.removeThing(thing, nowUs)
  }

  /** From index `from` on, in the order of their indexes, which is that of creation. */
  *list(from: number): Generator<number> {
    for (let thing = from; thing < this.#store.things; thing++)
      if (this.indexOf(this.nameOf(thing)) === thing) yield thing
  }

  attach(thing: number, certificateId: string): void {
    setOf(this.#principals, thing).add(certificateId)
    setOf(this.#holders, certificateId).add(thing)
  }

  detach(thing: number, certificateId: string): void {
    remove(this.#principals, thing, certificateId)
    remove(this.#holders, certificateId, thing)
  }

  principalsOf(thing: number): ReadonlySet<string> {
    return this.#principals.get(thing) ?? NOBODY
  }

  holdersOf(certificateId: string): ReadonlySet<number> {
    return this.#holders.get(certificateId) ?? NOBODY
  }
}

const NOBODY: ReadonlySet<never> = new Set()

/** UUID-shaped, and unique: an index is used once. */
export function thingIdOf(thing: number): string {
  return `00000000-0000-4000-a000-${thing.toString(16).padStart(12, '0')}`
}

function same(one: ThingSettings, other: ThingSettings): boolean {
  if (one.thingTypeName !== other.thingTypeName) return false
  if (one.billingGroupName !== other.billingGroupName) return false
  const names = Object.keys(one.attributes)
  if (names.length !== Object.keys(other.attributes).length) return false
  return names.every((name) => one.attributes[name] === other.attributes[name])
}

function setOf<Key, Item>(sets: Map<Key, Set<Item>>, key: Key): Set<Item> {
  let items = sets.get(key)
  if (items === undefined) {
    items = new Set()
    sets.set(key, items)
  }
  return items
}

function remove<Key, Item>(sets: Map<Key, Set<Item>>, key: Key, item: Item): void {
  const items = sets.get(key)
  items?.delete(item)
  if (items?.size === 0) sets.delete(key)
}
