export interface Policy {
  readonly name: string
  readonly document: string
  /** As a time of the service. */
  readonly createdUs: number
  /** In the order of creation, never used again. */
  readonly serial: number
}

/** Policies and what they are attached to. They are kept and not enforced: everybody may do all. */
export class PolicyStore {
  readonly #policies = new Map<string, Policy>()
  #added = 0
  /** Target, as `cert/<id>` or `thinggroup/<name>` → policy names. */
  readonly #attached = new Map<string, Set<string>>()

  find(name: string): Policy | undefined {
    return this.#policies.get(name)
  }

  add(policy: Omit<Policy, 'serial'>): void {
    this.#added += 1
    this.#policies.set(policy.name, { ...policy, serial: this.#added })
  }

  all(): Iterable<Policy> {
    return this.#policies.values()
  }

  delete(name: string): void {
    this.#policies.delete(name)
  }

  attach(name: string, target: string): void {
    const names = this.#attached.get(target)
    if (names === undefined) this.#attached.set(target, new Set([name]))
    else names.add(name)
  }

  detach(name: string, target: string): void {
    this.#attached.get(target)?.delete(name)
  }

  attachedTo(target: string): readonly string[] {
    return [...(this.#attached.get(target) ?? [])]
  }

  isAttached(name: string): boolean {
    return this.targetsOf(name).length > 0
  }

  targetsOf(name: string): readonly string[] {
    return [...this.#attached].filter(([, names]) => names.has(name)).map(([target]) => target)
  }

  forgetTarget(target: string): void {
    this.#attached.delete(target)
  }
}
