import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compactJson } from '../../src/protocol/compact-json.ts'

test.each([
  ['{"a":1}', '{"a":1}'],
  ['{\n  "a b": 1.50,\r\n\t"c": [ 1, 2 ]\n}\n', '{"a b":1.50,"c":[1,2]}'],
  [
    '{"a": "x \\" y \\\\", "b": 12345678901234567890 }',
    '{"a":"x \\" y \\\\","b":12345678901234567890}',
  ],
  [' "a  b" ', '"a  b"'],
])('%j is %j on one line', (text, compact) => {
  expect(compactJson(text)).toBe(compact)
})

test('a text without its white space is the same value', () => {
  const same = fc.property(fc.jsonValue(), fc.integer({ min: 0, max: 4 }), (value, indent) => {
    expect(compactJson(JSON.stringify(value, null, indent))).toBe(JSON.stringify(value))
  })
  fc.assert(same)
})
