import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodedText } from '../../src/cli/decoded-text.ts'

function refusalOf(bytes: Buffer): { message: string; hint: string } | undefined {
  try {
    decodedText('mine.yaml', bytes)
    return undefined
  } catch (error) {
    return error as { message: string; hint: string }
  }
}

test('what is UTF-8 is read as it is, � that somebody wrote included', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(decodedText('mine.yaml', Buffer.from(text))).toBe(text)
    }),
  )
  expect(decodedText('mine.yaml', Buffer.from('name: �'))).toBe('name: �')
})

test.each([
  { head: '', place: 'line 1, column 1' },
  { head: 'name: fl', place: 'line 1, column 9' },
  { head: '# ä �\nname: fl', place: 'line 2, column 9' },
  { head: '\n\n', place: 'line 3, column 1' },
])('a byte of another encoding is named with its place: $place', ({ head, place }) => {
  const bytes = Buffer.concat([
    Buffer.from(head),
    Buffer.from([0xe4]),
    Buffer.from('che\nend: ä\n'),
  ])

  expect(refusalOf(bytes)).toMatchObject({
    code: 'SCENARIO_INVALID',
    message: `mine.yaml cannot be read: ${place} has the byte E4, which is not UTF-8.`,
    hint: expect.stringContaining('Save the file as UTF-8'),
  })
})

test('a letter that the end of the file cuts is one of another encoding', () => {
  const cut = Buffer.from('name: ä').subarray(0, -1)
  expect(refusalOf(cut)?.message).toContain('line 1, column 7 has the byte C3')
})

test.each(['utf16le', 'utf16be'])(
  'a file of %s, as some editors save it, is called that',
  (name) => {
    const text = Buffer.from('\uFEFFname: fleet\n', 'utf16le')
    const bytes = name === 'utf16be' ? text.swap16() : text
    expect(refusalOf(bytes)?.message).toBe('mine.yaml cannot be read: it is UTF-16 and not UTF-8.')
  },
)
