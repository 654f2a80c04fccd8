import type { IncomingMessage } from 'node:http'
import { type HttpAnswer, httpError } from '../protocol/http-service.ts'
import type { ControlPlane } from './control/control-plane.ts'
import type { Exchange } from './exchange.ts'

const INTERNAL_FAILURE = httpError(500, 'InternalFailureException', 'An unexpected error occurred')

/** The way of a request between the HTTP front and the control plane. */
export class HttpControl {
  readonly #exchange: Exchange
  readonly #plane: ControlPlane

  constructor(exchange: Exchange, plane: ControlPlane) {
    this.#exchange = exchange
    this.#plane = plane
  }

  /**
   * @param write sends the answer; before the notifications of what the request changed.
   * @returns what to do with the body; undefined for what is no operation.
   */
  taker(
    { method = '', url = '', headers }: IncomingMessage,
    region: string,
    write: (answer: HttpAnswer) => void,
  ): ((body: Uint8Array) => void) | undefined {
    const at = url.indexOf('?')
    const match = this.#plane.match(method, at < 0 ? url : url.slice(0, at))
    if (match === undefined) return undefined
    const principal = headers['x-amzn-principal']
    const request = {
      query: at < 0 ? '' : url.slice(at + 1),
      principal: typeof principal === 'string' ? principal : undefined,
      hostName: hostNameOf(headers.host),
      region,
    }
    return (body) =>
      this.#exchange.administer((nowUs) => {
        const answer = this.#plane.answer(match, { ...request, body }, nowUs)
        if (answer instanceof Promise) answer.then(write, () => write(INTERNAL_FAILURE))
        else write(answer)
      })
  }
}

/** Without the port; of IPv6 with its brackets. */
function hostNameOf(host: string | undefined): string | undefined {
  return host?.replace(/:\d+$/, '')
}
