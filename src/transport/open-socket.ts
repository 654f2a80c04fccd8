import { isIP, type Socket, connect as tcpConnect } from 'node:net'
import { connect as tlsConnect } from 'node:tls'
import type { Target } from './target.ts'

/** Begins to open a socket to the target. Small packets go out at once: a wait would be measured. */
export function openSocket({ host, port, secure }: Target): Socket {
  const servername = isIP(host) === 0 ? host : undefined
  const socket = secure ? tlsConnect({ host, port, servername }) : tcpConnect({ host, port })
  return socket.setNoDelay(true)
}
