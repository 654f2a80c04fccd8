import type { AddressInfo, Server } from 'node:net'
import type { Endpoints } from './control/account-operations.ts'

/** Where a client of this machine finds a server that listens everywhere. */
export function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return host.includes(':') ? `[${host}]` : host
}

/**
 * What DescribeEndpoint says. A server that listens everywhere has no name of its own, so it is
 * called what the client called it; `iot.` in front was for the control plane alone.
 */
export function endpointsOf(
  host: string,
  servers: { readonly mqtt: Server; readonly http: Server },
  hostName: string | undefined,
): Endpoints {
  const isEverywhere = host === '0.0.0.0' || host === '::'
  const name = (isEverywhere && hostName?.replace(/^iot\./, '')) || reachable(host)
  const endpoint = (server: Server) => `${name}:${(server.address() as AddressInfo).port}`
  return { mqtt: endpoint(servers.mqtt), http: endpoint(servers.http) }
}
