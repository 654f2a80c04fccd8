import { expect, test } from 'vitest'
import { ShakedownError } from '../../src/errors.ts'
import { checkTargets } from '../../src/transport/check-targets.ts'
import { parseTarget, targetOf } from '../../src/transport/target.ts'

test.each([
  { text: 'mqtt://broker', host: 'broker', port: 1883, transport: 'mqtt', secure: false },
  { text: 'mqtts://broker/', host: 'broker', port: 8883, transport: 'mqtt', secure: true },
  { text: 'http://10.0.0.5', host: '10.0.0.5', port: 80, transport: 'http', secure: false },
  { text: 'https://api.example', host: 'api.example', port: 443, transport: 'http', secure: true },
  { text: 'mqtt://[::1]:1884', host: '::1', port: 1884, transport: 'mqtt', secure: false },
  {
    text: 'http://localhost:8080',
    host: 'localhost',
    port: 8080,
    transport: 'http',
    secure: false,
  },
])('$text is $transport at port $port', ({ text, ...parts }) => {
  expect(parseTarget(text)).toMatchObject(parts)
})

test('an address in full has its port, and is read as itself', () => {
  for (const text of ['mqtt://broker', 'http://[::1]', 'https://api.example']) {
    const { url } = parseTarget(text)
    expect(url).toMatch(/:\d+$/)
    expect(parseTarget(url).url).toBe(url)
  }
})

test.each([
  { text: 'broker:1883', says: 'is not an address' },
  { text: '127.0.0.1', says: 'is not an address' },
  { text: '', says: 'is not an address' },
  { text: 'mqtt://broker:99999', says: 'is not an address' },
  { text: 'ws://broker', says: 'begins with ws://' },
  { text: 'mqtt://', says: 'names no host' },
  { text: 'mqtt://broker:0', says: 'names port 0' },
  { text: 'mqtt://me:secret@broker', says: 'carries a user name or password' },
  { text: 'http://broker/things', says: 'goes on behind the port' },
  { text: 'http://broker?x=1', says: 'goes on behind the port' },
])('"$text" is refused: it $says', ({ text, says }) => {
  const refusal = thrownBy(() => parseTarget(text, 'target 2'))
  expect(refusal.code).toBe('USAGE')
  expect(refusal.message).toContain(`target 2: "${text}" ${says}`)
  expect(refusal.hint).toMatch(/\.$/)
})

test('thing k goes to target k mod m of its kind', () => {
  const targets = ['mqtt://a', 'http://b', 'mqtt://c', 'mqtt://d'].map((text) => parseTarget(text))
  const hosts = [0, 1, 2, 3, 4].map((thing) => targetOf(targets, 'mqtt', thing).host)
  expect(hosts).toEqual(['a', 'c', 'd', 'a', 'c'])
  expect(targetOf(targets, 'http', 7).host).toBe('b')
})

test('a transport that no target speaks is refused before anything is sent', async () => {
  const error = await checkTargets(['mqtt://broker.invalid'], new Set(['mqtt', 'http'])).catch(
    (thrown: unknown) => thrown,
  )
  expect(error).toMatchObject({ code: 'USAGE', message: expect.stringContaining('speaks http') })
})

function thrownBy(call: () => unknown): ShakedownError {
  try {
    call()
  } catch (error) {
    if (error instanceof ShakedownError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}
