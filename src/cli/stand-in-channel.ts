import type { ChildProcess } from 'node:child_process'
import { ShakedownError } from '../errors.ts'
import type { FromStandIn, ToStandIn } from '../protocol/admin.ts'

/** An answer that has not come by then never will: the ledger of 100,000 things takes well under a
 *  second, and a stand-in works off what came before in the same order. */
const ANSWER_LIMIT_MS = 20_000
const LOOK_EVERY_MS = 1_000
/**
 * A stand-in that has been asked whether it is there, and was silent for so many looks in a row, is
 * given up. Looks and not time: a run that was itself stopped has not looked meanwhile.
 */
const SILENT_LOOKS_MAX = 10

type Answer<Kind extends FromStandIn['kind']> = Extract<FromStandIn, { kind: Kind }>

/** Asks the stand-in process, one question of a kind at a time, and knows when nobody answers any more. */
export class StandInChannel {
  readonly #child: ChildProcess
  /** How it was lost. */
  #lost: string | undefined
  readonly #whenLost = new Set<(how: string) => void>()
  #silentLooks = 0
  /** It creates its jobs, however many they are, before it answers anything else. */
  #isBeginning = false
  readonly #looks: NodeJS.Timeout
  #coresUsed = 0

  constructor(child: ChildProcess) {
    this.#child = child
    child.on('message', (message) => {
      this.#silentLooks = 0
      const told = message as FromStandIn
      if (told.kind === 'alive') this.#coresUsed = told.coresUsed
    })
    child.once('exit', (code, signal) => this.#lose(endOf(code, signal)))
    this.#looks = setInterval(() => this.#look(), LOOK_EVERY_MS).unref()
  }

  /** Once: the process has ended, or is silent. Also said of what is over already. */
  whenLost(call: (how: string) => void): void {
    if (this.#lost === undefined) this.#whenLost.add(call)
    else call(this.#lost)
  }

  get isLost(): boolean {
    return this.#lost !== undefined
  }

  /** By its last answer to a look, which is a second or two old; 0 before the first. */
  get coresUsed(): number {
    return this.#coresUsed
  }

  async begin(atUs: number, t0Us: number): Promise<void> {
    this.#isBeginning = true
    try {
      await this.ask({ kind: 'begin', atUs, t0Us }, 'begun')
    } finally {
      this.#isBeginning = false
      this.#silentLooks = 0
    }
  }

  /** @throws ShakedownError STAND_IN_LOST */
  ask<Kind extends FromStandIn['kind']>(question: ToStandIn, kind: Kind): Promise<Answer<Kind>> {
    return new Promise((resolve, reject) => {
      const child = this.#child
      const settle = (act: () => void) => {
        clearTimeout(limit)
        child.off('message', hear)
        this.#whenLost.delete(lost)
        act()
      }
      const hear = (message: unknown) => {
        const told = message as FromStandIn
        if (told.kind === kind) settle(() => resolve(told as Answer<Kind>))
      }
      const lost = (how: string) => settle(() => reject(standInLost(how)))
      const limit = setTimeout(() => lost(silentFor(ANSWER_LIMIT_MS)), ANSWER_LIMIT_MS)
      child.on('message', hear)
      this.whenLost(lost)
      if (this.isLost) return
      child.send(question, (error) => {
        if (error !== null) lost(error.message)
      })
    })
  }

  /** No more looks. */
  close(): void {
    clearInterval(this.#looks)
  }

  #look(): void {
    if (this.isLost || this.#isBeginning) return
    if (this.#silentLooks >= SILENT_LOOKS_MAX) {
      this.#lose(silentFor(SILENT_LOOKS_MAX * LOOK_EVERY_MS))
      return
    }
    this.#silentLooks += 1
    // One question is enough, however long it is not answered; one that cannot be sent is not either.
    if (this.#silentLooks === 1) this.#child.send({ kind: 'alive' } satisfies ToStandIn, () => {})
  }

  #lose(how: string): void {
    if (this.#lost !== undefined) return
    this.#lost = how
    clearInterval(this.#looks)
    for (const call of [...this.#whenLost]) call(how)
  }
}

function silentFor(ms: number): string {
  return `it has not answered for ${ms / 1e3} s`
}

/** How a process ended. */
export function endOf(code: number | null, signal: string | null): string {
  return signal === null ? `it ended with exit code ${code}` : `it was ended by ${signal}`
}

export function standInLost(how: string): ShakedownError {
  return new ShakedownError('STAND_IN_LOST', `The stand-in is gone: ${how}.`, {
    hint: 'Its own messages stand above; with `shakedown serve <scenario>` it can be tried alone.',
  })
}
