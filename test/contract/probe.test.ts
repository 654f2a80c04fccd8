import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { expect, onTestFinished, test } from 'vitest'
import { probe } from '../../src/transport/probe.ts'
import { parseTarget } from '../../src/transport/target.ts'
import { connackRefusing, deadPort, rawServer } from './raw-server.ts'
import { SmallBroker } from './small-broker.ts'
import { SmallHttpServer } from './small-http-server.ts'
import { SmallService } from './small-service.ts'
import { CERTIFICATE, PRIVATE_KEY } from './test-certificate.ts'

async function brokerUrl(): Promise<string> {
  const broker = await SmallBroker.create(new SmallService())
  onTestFinished(() => broker.close())
  return broker.listen()
}

async function httpUrl(): Promise<string> {
  const server = new SmallHttpServer(new SmallService())
  onTestFinished(() => server.close())
  return server.listen()
}

async function tlsPort(): Promise<number> {
  const server = createTlsServer({ key: PRIVATE_KEY, cert: CERTIFICATE }, (socket) => socket.end())
  server.on('tlsClientError', () => {})
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

async function silentPort(): Promise<number> {
  return (await rawServer(() => {})).port
}

async function babblingPort(): Promise<number> {
  return (await rawServer((socket) => socket.write('SSH-2.0-OpenSSH_9.6\r\n'))).port
}

async function closingPort(): Promise<number> {
  return (await rawServer((socket) => socket.end())).port
}

const portOf = (url: string) => new URL(url).port

test('a broker and an HTTP server pass', async () => {
  await probe(parseTarget(await brokerUrl()))
  await probe(parseTarget(await httpUrl()))
})

test('a broker that refuses the probe, and a server that knows no such page, are there all the same', async () => {
  const { port } = await rawServer((socket) => socket.write(connackRefusing(5)))
  await probe(parseTarget(`mqtt://127.0.0.1:${port}`))
  const server = createHttpServer((_, response) => response.writeHead(500).end('x'.repeat(1e6)))
  server.listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  await probe(parseTarget(`http://127.0.0.1:${(server.address() as AddressInfo).port}`))
})

test('an HTTP server that answers nothing to a plain GET may be there all the same', async () => {
  await probe(parseTarget(`http://127.0.0.1:${await silentPort()}`), 300)
})

test.each([
  {
    why: 'nobody',
    url: async () => `mqtt://127.0.0.1:${await deadPort()}`,
    says: /refuses the connection/,
  },
  {
    why: 'nobody',
    url: async () => `http://127.0.0.1:${await deadPort()}`,
    says: /refuses the connection/,
  },
  { why: 'no such name', url: async () => 'mqtt://no-such-host.invalid:1883', says: /not found/ },
  { why: 'no such name', url: async () => 'http://no-such-host.invalid:80', says: /not found/ },
  {
    why: 'HTTP',
    url: async () => `mqtt://127.0.0.1:${portOf(await httpUrl())}`,
    says: /answers, but not MQTT; is this the HTTP port\?/,
  },
  {
    why: 'MQTT',
    url: async () => `http://127.0.0.1:${portOf(await brokerUrl())}`,
    says: /closes the connection without an HTTP answer/,
  },
  { why: 'TLS', url: async () => `mqtt://127.0.0.1:${await tlsPort()}`, says: /speaks TLS/ },
  { why: 'TLS', url: async () => `http://127.0.0.1:${await tlsPort()}`, says: /speaks TLS/ },
  {
    why: 'no TLS',
    url: async () => `mqtts://127.0.0.1:${portOf(await httpUrl())}`,
    says: /does not speak TLS/,
  },
  {
    why: 'no TLS',
    url: async () => `https://127.0.0.1:${portOf(await httpUrl())}`,
    says: /does not speak TLS/,
  },
  {
    why: 'a certificate of its own making',
    url: async () => `mqtts://127.0.0.1:${await tlsPort()}`,
    says: /certificate that is not trusted/,
  },
  {
    why: 'a certificate of its own making',
    url: async () => `https://127.0.0.1:${await tlsPort()}`,
    says: /certificate that is not trusted/,
  },
  {
    why: 'gibberish',
    url: async () => `mqtt://127.0.0.1:${await babblingPort()}`,
    says: /answers, but not MQTT/,
  },
  {
    why: 'gibberish',
    url: async () => `http://127.0.0.1:${await babblingPort()}`,
    says: /answers, but not HTTP/,
  },
  {
    why: 'silence',
    url: async () => `mqtt://127.0.0.1:${await silentPort()}`,
    says: /sends no CONNACK within 0.3 s/,
  },
  {
    why: 'a closed door',
    url: async () => `mqtt://127.0.0.1:${await closingPort()}`,
    says: /without a CONNACK/,
  },
  {
    why: 'a closed door',
    url: async () => `http://127.0.0.1:${await closingPort()}`,
    says: /without an HTTP answer/,
  },
])('$says is said of $why', async ({ url, says }) => {
  const address = await url()
  const patienceMs = says.source.includes('within') ? 300 : 10_000
  const error = await probe(parseTarget(address), patienceMs).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ name: 'ShakedownError', code: 'ENDPOINT_UNREACHABLE' })
  const { message, hint } = error as { message: string; hint: string }
  expect(message).toMatch(says)
  expect(message).toContain(`--target: ${address}`)
  expect(hint).toMatch(/\.$/)
})
