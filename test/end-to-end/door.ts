import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** A port that leads to another one, and can be shut and opened: a service that goes away. */
export class Door {
  readonly #leadsTo: URL
  readonly #sockets = new Set<Socket>()
  #server: Server | undefined
  #port = 0

  constructor(leadsTo: string) {
    this.#leadsTo = new URL(leadsTo)
    onTestFinished(() => this.shut())
  }

  get url(): string {
    return `${this.#leadsTo.protocol}//127.0.0.1:${this.#port}`
  }

  /** On the same port each time. */
  async open(): Promise<void> {
    const server = createServer((outside) => {
      const inside = connect(Number(this.#leadsTo.port), this.#leadsTo.hostname)
      for (const [one, other] of [
        [outside, inside],
        [inside, outside],
      ] as const) {
        this.#sockets.add(one)
        one.on('error', () => other.destroy())
        one.on('close', () => {
          this.#sockets.delete(one)
          other.destroy()
        })
        one.pipe(other)
      }
    })
    server.listen(this.#port, '127.0.0.1')
    await once(server, 'listening')
    this.#server = server
    this.#port = (server.address() as AddressInfo).port
  }

  /** Every connection is reset, and new ones are refused. */
  async shut(): Promise<void> {
    const server = this.#server
    if (server === undefined) return
    this.#server = undefined
    const closed = once(server, 'close')
    server.close()
    for (const socket of this.#sockets) socket.resetAndDestroy()
    await closed
  }
}
