import { ShakedownError } from '../errors.ts'

export interface Target {
  readonly transport: 'mqtt' | 'http'
  readonly secure: boolean
  /** A name or an address; an IPv6 address without brackets. */
  readonly host: string
  readonly port: number
  /** In full, with its port: `mqtt://127.0.0.1:1883`. */
  readonly url: string
}

interface Scheme {
  readonly transport: Target['transport']
  readonly secure: boolean
  readonly port: number
}

const SCHEMES: ReadonlyMap<string, Scheme> = new Map([
  ['mqtt:', { transport: 'mqtt', secure: false, port: 1883 }],
  ['mqtts:', { transport: 'mqtt', secure: true, port: 8883 }],
  ['http:', { transport: 'http', secure: false, port: 80 }],
  ['https:', { transport: 'http', secure: true, port: 443 }],
])

const EXAMPLES = 'mqtt://host:1883, mqtts://host:8883, http://host:80 or https://host:443'

/**
 * Reads the address of a service.
 *
 * @param place where the text comes from, for the person who wrote it.
 * @throws ShakedownError USAGE
 */
export function parseTarget(text: string, place = '--target'): Target {
  const refuse = (problem: string, hint: string) =>
    new ShakedownError('USAGE', `${place}: "${text}" ${problem}.`, { hint })
  const url = URL.canParse(text) ? new URL(text) : undefined
  // `host:1883` is a URL too, with `host:` as its scheme.
  if (url === undefined || !text.includes('://'))
    throw refuse('is not an address', `Write it in full, like ${EXAMPLES}.`)
  const scheme = SCHEMES.get(url.protocol)
  if (scheme === undefined) throw refuse(`begins with ${url.protocol}//`, `Use one of ${EXAMPLES}.`)
  if (url.hostname === '') throw refuse('names no host', `Write it in full, like ${EXAMPLES}.`)
  if (url.port === '0')
    throw refuse('names port 0', 'Give the port on which the service listens, 1 to 65535.')
  if (url.username !== '' || url.password !== '')
    throw refuse('carries a user name or password', 'Leave them out; they would not be sent.')
  if ((url.pathname !== '' && url.pathname !== '/') || url.search !== '' || url.hash !== '')
    throw refuse('goes on behind the port', 'Leave out path, query and fragment.')
  const { transport, secure } = scheme
  const port = url.port === '' ? scheme.port : Number(url.port)
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  return { transport, secure, host, port, url: `${url.protocol}//${url.hostname}:${port}` }
}

/** With several targets of a kind, thing k of the whole fleet goes to target k mod m. */
export function targetOf(targets: readonly Target[], transport: string, thing: number): Target {
  const able = targets.filter((target) => target.transport === transport)
  const target = able[thing % able.length]
  if (target !== undefined) return target
  throw new ShakedownError('USAGE', `No target speaks ${transport}, and some things do.`, {
    hint: `Add one: --target ${transport}://host:port.`,
  })
}
