import fc from 'fast-check'
import { expect, test } from 'vitest'
import { tokenOf, tokenText } from '../../src/transport/token-text.ts'

test('a token is read back from its text', () => {
  const token = fc.nat(Number.MAX_SAFE_INTEGER)
  const comesBack = fc.property(token, (given) => {
    expect(tokenOf(tokenText(given))).toBe(given)
  })
  fc.assert(comesBack)
})

test('a text that is read as a token is the text of that token', () => {
  const text = fc.oneof(fc.string(), fc.stringMatching(/^t[-+.0-9e ]*$/))
  const isItsText = fc.property(text, (given) => {
    const token = tokenOf(given)
    if (token !== undefined) expect(tokenText(token)).toBe(given)
  })
  fc.assert(isItsText)
})

test.each([
  undefined,
  '',
  't',
  't01',
  't-1',
  't1.5',
  't1e3',
  't 1',
  '7',
  'T7',
  't9007199254740993',
])('%j is no token of ours', (text) => {
  expect(tokenOf(text)).toBeUndefined()
})
