import { EventEmitter, once } from 'node:events'
import type { JobsNotification, Reply } from '../../src/protocol/jobs.ts'
import type { Link, LinkSink } from '../../src/transport/link.ts'

/** What each call of a sink said, with the thing it was about. */
export type Told =
  | { kind: 'handshake'; thing: number; beganUs: number; nowUs: number; failure?: string }
  | { kind: 'connected'; thing: number; nowUs: number }
  | { kind: 'subscribed'; thing: number; granted: number; refused: number; nowUs: number }
  | { kind: 'sent'; thing: number; token: number; nowUs: number }
  | { kind: 'answered'; thing: number; token: number | undefined; reply: Reply; nowUs: number }
  | { kind: 'notified'; thing: number; notification: JobsNotification; nowUs: number }
  | { kind: 'dropped'; thing: number; cause: string; nowUs: number }

type Kind = Told['kind']
type Of<K extends Kind> = Extract<Told, { kind: K }>

/** Remembers everything, and hands out each event of a kind once, in order. */
export class RecordingSink implements LinkSink {
  readonly log: Told[] = []
  /** Events other than `sent` that came while a call of the link still ran. */
  readonly untimely: Kind[] = []
  readonly #taken = new Set<Told>()
  readonly #told = new EventEmitter()
  #calling = false

  /** Waits for the next event of a kind that was not taken yet, about any thing or one. */
  async next<K extends Kind>(kind: K, thing?: number): Promise<Of<K>> {
    for (;;) {
      const found = this.log.find(
        (told) =>
          told.kind === kind &&
          !this.#taken.has(told) &&
          (thing === undefined || told.thing === thing),
      )
      if (found !== undefined) {
        this.#taken.add(found)
        return found as Of<K>
      }
      await once(this.#told, 'told')
    }
  }

  of<K extends Kind>(kind: K, thing?: number): Of<K>[] {
    const about = this.log.filter((told) => thing === undefined || told.thing === thing)
    return about.filter((told): told is Of<K> => told.kind === kind)
  }

  kinds(thing: number): Kind[] {
    return this.log.filter((told) => told.thing === thing).map(({ kind }) => kind)
  }

  /** The same link, watched for events that come before its calls return. */
  watch(link: Link): Link {
    const during =
      <A extends unknown[]>(call: (...given: A) => void) =>
      (...given: A) => {
        this.#calling = true
        try {
          call(...given)
        } finally {
          this.#calling = false
        }
      }
    return {
      connect: during((thing) => link.connect(thing)),
      subscribe: during((thing) => link.subscribe(thing)),
      send: during((...request: Parameters<Link['send']>) => link.send(...request)),
      cancel: during((thing, token) => link.cancel(thing, token)),
      close: during((thing) => link.close(thing)),
    }
  }

  #tell(told: Told): void {
    if (this.#calling && told.kind !== 'sent') this.untimely.push(told.kind)
    this.log.push(told)
    this.#told.emit('told')
  }

  handshake(thing: number, beganUs: number, nowUs: number, failure: string | undefined): void {
    this.#tell({ kind: 'handshake', thing, beganUs, nowUs, failure })
  }

  connected(thing: number, nowUs: number): void {
    this.#tell({ kind: 'connected', thing, nowUs })
  }

  subscribed(thing: number, granted: number, refused: number, nowUs: number): void {
    this.#tell({ kind: 'subscribed', thing, granted, refused, nowUs })
  }

  sent(thing: number, token: number, nowUs: number): void {
    this.#tell({ kind: 'sent', thing, token, nowUs })
  }

  answered(thing: number, token: number | undefined, reply: Reply, nowUs: number): void {
    this.#tell({ kind: 'answered', thing, token, reply, nowUs })
  }

  notified(thing: number, notification: JobsNotification, nowUs: number): void {
    this.#tell({ kind: 'notified', thing, notification, nowUs })
  }

  dropped(thing: number, cause: string, nowUs: number): void {
    this.#tell({ kind: 'dropped', thing, cause, nowUs })
  }
}
