export interface Policy {
  readonly name: string
  readonly document: string
}

/** Policies and what they are attached to. They are kept and not enforced: everybody may do all. */
export class PolicyStore {
  readonly #policies = new Map<string, Policy>()
  /** Target, as `cert/<id>` or `thinggroup/<name>` → policy names. */
  readonly #attached = new Map<string, Set<string>>()

  find(name: string): Policy | undefined {
    return this.#policies.get(name)
  }

  add(policy: Policy): void {
    this.#policies.set(policy.name, policy)
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
    for (const names of this.#attached.values()) if (names.has(name)) return true
    return false
  }

  forgetTarget(target: string): void {
    this.#attached.delete(target)
  }
}
