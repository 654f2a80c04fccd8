import { once } from 'node:events'
import type { AddressInfo, Server } from 'node:net'
import { type Clock, systemClock, wallMs } from '../clock/clock.ts'
import { ShakedownError } from '../errors.ts'
import type { ServiceLedger, StandInSettings } from '../protocol/admin.ts'
import { Exchange } from './exchange.ts'
import { HttpFront } from './http-front.ts'
import { JobsService } from './jobs-service.ts'
import { type LimitCounts, noLimitsReached } from './limit-counts.ts'
import { MqttFront } from './mqtt-front.ts'

export interface StandInOptions {
  /** A name or an address of this machine. */
  readonly host: string
  /** 0 has one picked. */
  readonly mqttPort: number
  readonly httpPort: number
  readonly clock?: Clock
}

export interface StandIn {
  readonly addresses: { readonly mqtt: string; readonly http: string }
  /** T0: jobs are created, and fault windows count from here. */
  begin(): void
  ledger(): ServiceLedger
  /** How often a queue of the stand-in's own was full, so far. */
  limits(): Readonly<LimitCounts>
  /** Connections are cut and held answers forgotten. */
  close(): Promise<void>
}

/**
 * The Jobs service on two ports of this machine, over one store.
 *
 * @throws ShakedownError ENDPOINT_UNREACHABLE for a port that is taken, USAGE for a host or port that
 *   this machine does not allow.
 */
export async function startStandIn(
  settings: StandInSettings,
  { host, mqttPort, httpPort, clock = systemClock }: StandInOptions,
): Promise<StandIn> {
  // Stamps are wall-clock seconds that go on like the monotonic clock, whatever the wall does.
  const originMs = wallMs() - clock.nowUs() / 1_000
  const epochSeconds = (nowUs: number) => Math.floor((originMs + nowUs / 1_000) / 1_000)
  const counts = noLimitsReached()
  const exchange = new Exchange(clock, epochSeconds, counts)
  const mqtt = await MqttFront.start(exchange, counts)
  const http = new HttpFront(exchange, counts)
  const service = new JobsService(settings, epochSeconds, exchange)
  exchange.join(service, mqtt)
  const close = async () => {
    exchange.close()
    await Promise.all([mqtt.close(), http.close()])
  }
  try {
    const addresses = {
      mqtt: await listening(mqtt, 'mqtt', host, mqttPort),
      http: await listening(http, 'http', host, httpPort),
    }
    const begin = () => exchange.begin()
    const limits = () => ({ ...counts })
    return { addresses, begin, ledger: () => service.ledger(), limits, close }
  } catch (error) {
    await close()
    throw error
  }
}

interface Front {
  readonly server: Server
  listen(port: number, host: string): void
}

async function listening(
  front: Front,
  scheme: 'mqtt' | 'http',
  host: string,
  port: number,
): Promise<string> {
  try {
    const listens = once(front.server, 'listening')
    front.listen(port, host)
    await listens
  } catch (error) {
    throw refusal(error as NodeJS.ErrnoException, scheme, host, port)
  }
  const { port: given } = front.server.address() as AddressInfo
  return `${scheme}://${reachable(host)}:${given}`
}

/** Where a client of this machine finds a server that listens everywhere. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return host.includes(':') ? `[${host}]` : host
}

function refusal(
  cause: NodeJS.ErrnoException,
  scheme: 'mqtt' | 'http',
  host: string,
  port: number,
): ShakedownError {
  const place = `The stand-in cannot listen for ${scheme.toUpperCase()} on ${host}:${port}`
  const flag = `--${scheme}`
  switch (cause.code) {
    case 'EADDRINUSE':
      return new ShakedownError('ENDPOINT_UNREACHABLE', `${place}: the port is in use.`, {
        hint: `Give another port with ${flag}, or 0 to have a free one picked.`,
        cause,
      })
    case 'EACCES':
      return new ShakedownError('USAGE', `${place}: this user may not open that port.`, {
        hint: `Give a port above 1023 with ${flag}, or 0 to have a free one picked.`,
        cause,
      })
    case 'ERR_SOCKET_BAD_PORT':
      return new ShakedownError('USAGE', `${place}: a port is a number from 0 to 65535.`, {
        hint: `Give such a port with ${flag}.`,
        cause,
      })
    default:
      return new ShakedownError('USAGE', `${place}: ${cause.code ?? cause.message}.`, {
        hint: 'Give an address of this machine with --host; 127.0.0.1 always works.',
        cause,
      })
  }
}
