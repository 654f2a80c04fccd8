import { connect as tlsConnect } from 'node:tls'
import { MqttClient } from 'mqtt'
import { Client } from 'undici'
import { ShakedownError } from '../errors.ts'
import { openSocket } from './open-socket.ts'
import type { Target } from './target.ts'

/** How long a service may take to say its first word. */
const PATIENCE_MS = 5_000

/** What is wrong with a target. */
interface Finding {
  readonly problem: string
  readonly hint: string
  readonly cause?: unknown
  /** Somebody is there and does not speak the protocol. */
  readonly stranger?: boolean
}

/**
 * Whether a service listens there and speaks what its address says. A CONNACK that refuses is an
 * answer too, and so is any HTTP status: who may do what shows in the run.
 *
 * @throws ShakedownError ENDPOINT_UNREACHABLE
 */
export async function probe(target: Target, patienceMs = PATIENCE_MS): Promise<void> {
  const finding =
    target.transport === 'mqtt'
      ? await probeMqtt(target, patienceMs)
      : await probeHttp(target, patienceMs)
  if (finding === undefined) return
  // Some TLS servers answer plain text with an alert, some with a closed door: one more look tells.
  const secret =
    finding.stranger === true && !target.secure && (await speaksTls(target, patienceMs))
  const { problem, hint } = secret ? tlsFinding(target) : finding
  throw new ShakedownError('ENDPOINT_UNREACHABLE', `--target: ${target.url} ${problem}.`, {
    hint,
    cause: finding.cause,
  })
}

function speaksTls({ host, port }: Target, patienceMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    // Nothing is sent on it, so whom it trusts does not matter.
    const socket = tlsConnect({ host, port, rejectUnauthorized: false })
    const found = (speaks: boolean) => {
      socket.destroy()
      resolve(speaks)
    }
    socket.setTimeout(patienceMs, () => found(false))
    socket.on('secureConnect', () => found(true))
    socket.on('error', () => found(false))
    socket.on('close', () => found(false))
  })
}

function tlsFinding(target: Target): Finding {
  return { problem: 'speaks TLS', hint: `Write ${target.transport}s://${hostAndPort(target)}.` }
}

/** One CONNECT, and what comes first. */
function probeMqtt(target: Target, patienceMs: number): Promise<Finding | undefined> {
  return new Promise((resolve) => {
    let first = ''
    let reached = false
    const client = new MqttClient(
      () => {
        const socket = openSocket(target)
        socket.on('connect', () => {
          reached = true
        })
        socket.on('data', (chunk) => {
          if (first.length < 8) first += chunk.toString('latin1', 0, 8)
        })
        return socket
      },
      {
        clientId: 'shakedown-probe',
        clean: true,
        protocolVersion: 4,
        reconnectPeriod: 0,
        connectTimeout: patienceMs,
        log: () => {},
      },
    )
    const found = (finding: Finding | undefined) => {
      client.stream.destroy()
      resolve(finding)
    }
    client.on('connect', () => found(undefined))
    client.on('error', (error: Error & { code?: string | number }) => {
      const { code, message } = error
      if (typeof code === 'number') found(undefined)
      else if (message === 'connack timeout') found(reached ? silent(patienceMs) : unreached(error))
      else found(connectionFinding(target, code, error) ?? notMqtt(target, first, error))
    })
    client.on('close', () => found(notMqtt(target, first, undefined)))
  })
}

function notMqtt(target: Target, first: string, cause: unknown): Finding {
  if (first.startsWith('HTTP/')) {
    const hint = `Give the port of MQTT, or write http${target.secure ? 's' : ''}:// if HTTP is meant.`
    return { problem: 'answers, but not MQTT; is this the HTTP port?', hint, cause }
  }
  const problem = first === '' ? 'closes the connection without a CONNACK' : 'answers, but not MQTT'
  return {
    problem,
    hint: `Check that an MQTT broker listens on port ${target.port}.`,
    cause,
    stranger: true,
  }
}

/** A service of requests may have nothing to say to this one, so silence is waited for no longer. */
const HTTP_SILENCE_MS = 2_000

/** One GET; whatever status it has, and none too: only what cannot be HTTP is held against a service. */
async function probeHttp(target: Target, patienceMs: number): Promise<Finding | undefined> {
  const client = new Client(target.url, {
    connectTimeout: patienceMs,
    headersTimeout: Math.min(patienceMs, HTTP_SILENCE_MS),
    bodyTimeout: patienceMs,
  })
  try {
    const { body } = await client.request({ method: 'GET', path: '/' })
    body.on('error', () => {})
    return undefined
  } catch (thrown) {
    const error = thrown as Error & { code?: string }
    if (error.code === 'UND_ERR_HEADERS_TIMEOUT') return undefined
    return connectionFinding(target, error.code, error) ?? notHttp(target, error)
  } finally {
    client.destroy(() => {})
  }
}

function notHttp(target: Target, cause: Error): Finding {
  const problem =
    cause.name === 'HTTPParserError'
      ? 'answers, but not HTTP; is this the MQTT port?'
      : 'closes the connection without an HTTP answer'
  const hint = `Check that an HTTP service listens on port ${target.port}.`
  return { problem, hint, cause, stranger: true }
}

function silent(patienceMs: number): Finding {
  const problem = `accepts the connection and sends no CONNACK within ${patienceMs / 1e3} s`
  return { problem, hint: 'Check that the service behind this port is up.' }
}

function unreached(cause: unknown): Finding {
  return { problem: 'is not reached', hint: 'Check address, route and firewall.', cause }
}

/** Trouble below the protocol, if it is that. */
function connectionFinding(
  target: Target,
  code: string | number | undefined,
  cause: unknown,
): Finding | undefined {
  const { host, port } = target
  switch (code) {
    case 'ECONNREFUSED': {
      const hint = `Start the service, or give the port on which it listens instead of ${port}.`
      return { problem: 'refuses the connection: nothing listens there', hint, cause }
    }
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return { problem: 'has a host name that is not found', hint: `Check "${host}".`, cause }
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ETIMEDOUT':
    case 'UND_ERR_CONNECT_TIMEOUT':
      return unreached(cause)
    case 'EPROTO':
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG': {
      const plain = target.transport
      return {
        problem: 'does not speak TLS',
        hint: `Write ${plain}://${hostAndPort(target)}.`,
        cause,
      }
    }
  }
  return target.secure && typeof code === 'string' ? distrusted(code, cause) : undefined
}

/** OpenSSL's and Node's words for a certificate that does not convince. */
const DISTRUST = /CERT|SIGNATURE|SELF_SIGNED|ISSUER|ERR_TLS/

function distrusted(code: string, cause: unknown): Finding | undefined {
  if (!DISTRUST.test(code)) return undefined
  const hint = 'Name the file of its certificate authority in NODE_EXTRA_CA_CERTS.'
  return { problem: `has a certificate that is not trusted (${code})`, hint, cause }
}

function hostAndPort({ url }: Target): string {
  return url.slice(url.indexOf('://') + 3)
}
