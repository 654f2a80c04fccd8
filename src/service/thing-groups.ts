import type { Job } from './job.ts'

/** Who is in which group, as the registry tells it, and which jobs follow a group. */
export class ThingGroups {
  readonly #members = new Map<string, Set<number>>()
  /** Continuous jobs by the groups among their targets. */
  readonly #followers = new Map<string, Set<Job>>()
  readonly #gone = new Set<number>()

  members(group: string): ReadonlySet<number> {
    return this.#members.get(group) ?? NOBODY
  }

  /** @returns whether it was not a member before. */
  join(group: string, thing: number): boolean {
    let members = this.#members.get(group)
    if (members === undefined) {
      members = new Set()
      this.#members.set(group, members)
    }
    if (members.has(thing)) return false
    members.add(thing)
    return true
  }

  /** @returns whether it was a member before. */
  leave(group: string, thing: number): boolean {
    const members = this.#members.get(group)
    if (members === undefined || !members.delete(thing)) return false
    if (members.size === 0) this.#members.delete(group)
    return true
  }

  /** The thing leaves all groups and does not come back: its index is used once. */
  remove(thing: number): void {
    this.#gone.add(thing)
    for (const group of [...this.#members.keys()]) this.leave(group, thing)
  }

  isGone(thing: number): boolean {
    return this.#gone.size > 0 && this.#gone.has(thing)
  }

  /** To be called again when targets were added. */
  follow(job: Job): void {
    for (const target of job.targets) {
      if (target.kind !== 'group') continue
      const jobs = this.#followers.get(target.group)
      if (jobs === undefined) this.#followers.set(target.group, new Set([job]))
      else jobs.add(job)
    }
  }

  unfollow(job: Job): void {
    for (const target of job.targets) {
      if (target.kind !== 'group') continue
      const jobs = this.#followers.get(target.group)
      jobs?.delete(job)
      if (jobs?.size === 0) this.#followers.delete(target.group)
    }
  }

  /** A copy: what is done with them may end the following. */
  followersOf(group: string): Job[] {
    return [...(this.#followers.get(group) ?? [])]
  }

  /** A job of the scenario names no targets: it is for all things of the fleet. */
  isTargeted({ targets }: Job, thing: number): boolean {
    if (targets.length === 0) return true
    return targets.some((target) =>
      target.kind === 'thing' ? target.thing === thing : this.members(target.group).has(thing),
    )
  }

  /** The things that the targets come to now, each once. */
  thingsOf(targets: Job['targets']): number[] {
    const things = new Set<number>()
    for (const target of targets) {
      if (target.kind === 'thing') things.add(target.thing)
      else for (const thing of this.members(target.group)) things.add(thing)
    }
    return [...things]
  }
}

const NOBODY: ReadonlySet<number> = new Set()
