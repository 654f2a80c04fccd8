import fc from 'fast-check'
import { expect, test } from 'vitest'
import { movedMembers, queryMembers } from '../../src/protocol/query-members.ts'

const detailsOf = (text: string) =>
  movedMembers(`statusDetails=${encodeURIComponent(text)}`).statusDetails

test('numbers and flags of a query are numbers and flags', () => {
  expect(queryMembers('a=5&b=-1&c=true&d=false&e=1.5&f=True&g=')).toEqual({
    a: 5,
    b: -1,
    c: true,
    d: false,
    e: '1.5',
    f: 'True',
    g: '',
  })
})

test('what boto3 moves into a presigned query has flags and maps as Python shows them', () => {
  const query =
    "includeJobDocument=True&includeJobExecutionState=False&statusDetails=%7B'a'%3A+'b'%7D"
  expect(movedMembers(query)).toEqual({
    includeJobDocument: true,
    includeJobExecutionState: false,
    statusDetails: { a: 'b' },
  })
})

test.each([
  ['{}', {}],
  [`{'a': 'b', 'c': 'd'}`, { a: 'b', c: 'd' }],
  [`{'a': "it's", 'b': 'it\\'s "so"', 'c': 'x\\\\'}`, { a: "it's", b: `it's "so"`, c: 'x\\' }],
  [`{'a': "', 'b': '"}`, { a: `', 'b': '` }],
  ['{"a":"b"}', { a: 'b' }],
  [`{'a': 1}`, `{'a': 1}`],
  [`{'a': 'b', }`, `{'a': 'b', }`],
  [`{'a': 'b'`, `{'a': 'b'`],
  [`['a']`, `['a']`],
])('status details %s in a presigned query are %j', (text, details) => {
  expect(detailsOf(text)).toEqual(details)
})

test('any text is read at once', () => {
  const reads = fc.property(fc.stringMatching(/^[{}'":,\\ a]{0,200}$/), (text) => {
    detailsOf(`{'${text}`)
  })
  fc.assert(reads)
  expect(detailsOf(`{${`'a': 'b', `.repeat(20_000)}`)).toBeTypeOf('string')
})
