export interface Policy {
  readonly name: string
  readonly document: string
  /** As a time of the service. */
  readonly createdUs: number
  /** In the order of creation, never used again. */
  readonly serial: number
}

/** That a policy is attached to a target. */
export interface Attachment {
  readonly name: string
  readonly target: string
  /** In the order of attaching, never used again. */
  readonly serial: number
}

/** Policies and what they are attached to. They are kept and not enforced: everybody may do all. */
export class PolicyStore {
  readonly #policies = new Map<string, Policy>()
  #added = 0
  #attachments = 0
  /** Target, as `cert/<id>` or `thinggroup/<name>` → policy name → attachment. */
  readonly #attached = new Map<string, Map<string, Attachment>>()

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
    const held = this.#attached.get(target) ?? new Map<string, Attachment>()
    if (held.has(name)) return
    this.#attachments += 1
    held.set(name, { name, target, serial: this.#attachments })
    this.#attached.set(target, held)
  }

  detach(name: string, target: string): void {
    this.#attached.get(target)?.delete(name)
  }

  /** In the order of attaching. */
  attachedTo(target: string): readonly Attachment[] {
    return [...(this.#attached.get(target)?.values() ?? [])]
  }

  isAttached(name: string): boolean {
    return this.attachmentsOf(name).length > 0
  }

  /** In the order of attaching. */
  attachmentsOf(name: string): readonly Attachment[] {
    return [...this.#attached.values()]
      .flatMap((held) => held.get(name) ?? [])
      .sort((one, other) => one.serial - other.serial)
  }

  forgetTarget(target: string): void {
    this.#attached.delete(target)
  }
}
