import { once } from 'node:events'
import type { AddressInfo, Server } from 'node:net'
import { type Clock, systemClock, wallMs } from '../clock/clock.ts'
import { ShakedownError } from '../errors.ts'
import type { LimitCounts, ServiceLedger, StandInSettings } from '../protocol/admin.ts'
import type { EventSetter } from './control/account-operations.ts'
import { ControlPlane } from './control/control-plane.ts'
import { documentFolder, NO_DOCUMENTS } from './document-folder.ts'
import { endpointsOf, reachable } from './endpoints.ts'
import { Exchange } from './exchange.ts'
import { HttpControl } from './http-control.ts'
import { HttpFront } from './http-front.ts'
import { JobsService } from './jobs-service.ts'
import { noLimitsReached } from './limit-counts.ts'
import { MqttFront } from './mqtt-front.ts'

export interface StandInOptions {
  /** A name or an address of this machine. */
  readonly host: string
  /** 0 has one picked. */
  readonly mqttPort: number
  readonly httpPort: number
  /** One more HTTP port, on which a request that does not say its plane gets the control plane. */
  readonly controlPort?: number | undefined
  /** A folder with the objects that jobs name as their documentSource, as `BUCKET/KEY`. */
  readonly documents?: string | undefined
  readonly clock?: Clock
}

export interface StandIn {
  readonly addresses: {
    readonly mqtt: string
    readonly http: string
    /** Only with a `controlPort`. */
    readonly control?: string
  }
  /** Jobs are created now; fault windows count from T0. @param t0Us absent: now. */
  begin(t0Us?: number): void
  ledger(): ServiceLedger
  /** How many executions have not ended, those still to come included; Infinity with an endless job. */
  openExecutions(): number
  /** How often a queue of the stand-in's own was full, so far. */
  limits(): Readonly<LimitCounts>
  /** Connections are cut and held answers forgotten. */
  close(): Promise<void>
}

/**
 * The Jobs service on two ports of this machine, over one store; the control plane is on the HTTP
 * port too.
 *
 * @throws ShakedownError ENDPOINT_UNREACHABLE for a port that is taken, USAGE for a host or port that
 *   this machine does not allow.
 */
export async function startStandIn(
  settings: StandInSettings,
  { host, mqttPort, httpPort, controlPort, documents, clock = systemClock }: StandInOptions,
): Promise<StandIn> {
  // Stamps are wall-clock seconds that go on like the monotonic clock, whatever the wall does.
  const originMs = wallMs() - clock.nowUs() / 1_000
  const epochMs = (nowUs: number) => originMs + nowUs / 1_000
  const epochSeconds = (nowUs: number) => Math.floor(epochMs(nowUs) / 1_000)
  // The control plane's stamps have a fraction.
  const finely = (nowUs: number) => Math.round(epochMs(nowUs)) / 1_000
  const counts = noLimitsReached()
  const exchange = new Exchange(clock, epochSeconds, counts)
  const mqtt = await MqttFront.start(exchange, counts)
  const service = new JobsService(settings, finely, exchange)
  exchange.join(service, mqtt)
  const endpoints = (name?: string) =>
    endpointsOf(host, { mqtt: mqtt.server, http: http.server }, name)
  const { control: jobs, switches } = service
  const parts = { things: service, jobs, quotas: settings.quotas, badJson: switches.badJson }
  const setEvents: EventSetter = (type, enabled, region) => {
    service.events[type] = enabled
    exchange.eventRegion = region
  }
  const readSource = documents === undefined ? NO_DOCUMENTS : documentFolder(documents)
  const plane = new ControlPlane({ ...parts, epochMs, endpoints, setEvents, readSource })
  const httpControl = new HttpControl(exchange, plane)
  const http = new HttpFront(exchange, httpControl, 'data', counts)
  const control = new HttpFront(exchange, httpControl, 'control', counts)
  const close = async () => {
    exchange.close()
    await Promise.all([mqtt.close(), http.close(), control.close()])
  }
  try {
    const addresses = {
      mqtt: await listening(mqtt, 'mqtt', host, mqttPort),
      http: await listening(http, 'http', host, httpPort),
      ...(controlPort !== undefined && {
        control: await listening(control, 'control', host, controlPort),
      }),
    }
    const begin = (t0Us?: number) => exchange.begin(t0Us)
    const limits = () => ({ ...counts, connectionPublishes: service.broker.dropped })
    const ledger = () => ({ ...service.ledger(), limits: limits() })
    const openExecutions = () => service.openExecutions()
    return { addresses, begin, ledger, openExecutions, limits, close }
  } catch (error) {
    await close()
    throw error
  }
}

interface Front {
  readonly server: Server
  listen(port: number, host: string): void
}

type Door = 'mqtt' | 'http' | 'control'

async function listening(front: Front, door: Door, host: string, port: number): Promise<string> {
  try {
    const listens = once(front.server, 'listening')
    front.listen(port, host)
    await listens
  } catch (error) {
    throw refusal(error as NodeJS.ErrnoException, door, host, port)
  }
  const { port: given } = front.server.address() as AddressInfo
  return `${door === 'mqtt' ? 'mqtt' : 'http'}://${reachable(host)}:${given}`
}

function refusal(
  cause: NodeJS.ErrnoException,
  door: Door,
  host: string,
  port: number,
): ShakedownError {
  const what = door === 'control' ? 'the control plane' : door.toUpperCase()
  const place = `The stand-in cannot listen for ${what} on ${host}:${port}`
  const flag = `--${door}`
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
