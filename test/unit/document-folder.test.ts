import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { documentFolder } from '../../src/service/document-folder.ts'

/** A folder `objects` with these files, each with its own path as its text, and `secret` beside it. */
function folderWith(...files: string[]): string {
  const above = mkdtempSync(join(tmpdir(), 'shakedown-documents-'))
  onTestFinished(() => rmSync(above, { recursive: true }))
  const folder = join(above, 'objects')
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), file)
  }
  mkdirSync(join(above, 'objects-of-others'))
  for (const file of ['secret', 'objects-of-others/secret'])
    writeFileSync(join(above, file), 'secret')
  return folder
}

test.each([
  ['https://s3-bucket.s3.eu-west-1.amazonaws.com/a/b', 's3-bucket/a/b'],
  ['https://s3-bucket-1.s3.amazonaws.com/a/b', 's3-bucket-1/a/b'],
  ['https://s3.bucket.s3-eu-west-1.amazonaws.com/a/b', 's3.bucket/a/b'],
  ['https://in.s3.dots.s3.amazonaws.com/a', 'in.s3.dots/a'],
  ['https://bucket.s3.dualstack.eu-west-1.amazonaws.com/a', 'bucket/a'],
  ['https://bucket.s3-fips.us-gov-west-1.amazonaws.com/a', 'bucket/a'],
  ['https://s3.amazonaws.com/bucket/a', 'bucket/a'],
  ['https://s3.us-east-1.amazonaws.com/bucket/a', 'bucket/a'],
  ['https://s3-us-gov-west-1.amazonaws.com/bucket/a', 'bucket/a'],
  ['https://s3.cn-north-1.amazonaws.com.cn/bucket/a', 'bucket/a'],
])('%s is the file %s', (source, file) => {
  expect(documentFolder(folderWith(file))(source)).toEqual({ text: file })
})

test.each([
  'https://s3-bucket.amazonaws.com/bucket/a',
  'https://s3.bucket.amazonaws.com/bucket/a',
  'https://s3.eu-west-1.amazonaws.com.example.com/bucket/a',
])('%s is no object of S3', (source) => {
  expect(documentFolder(folderWith('bucket/a'))(source)).toEqual({
    why: 'Member must be the URL of an S3 object',
  })
})

test.each(['bucket/./a', 'bucket//a', 'bucket/x/../a', 'bucket/%2e%2e/bucket/a', 'bucket/a/'])(
  'a path with a level that names no file of its own is refused: %s',
  (place) => {
    const read = documentFolder(folderWith('bucket/a', 'bucket/x/b'))
    expect(read(`s3://${place}`)).toEqual({ why: expect.stringContaining('is empty, "." or ".."') })
  },
)

test('a link may lead about in the folder, and not out of it', () => {
  const folder = folderWith('bucket/a')
  const read = documentFolder(folder)
  const link = (to: string, name: string) => symlinkSync(to, join(folder, 'bucket', name))
  link('a', 'inside')
  link('../../secret', 'file')
  link('../../objects-of-others', 'sibling')
  expect(read('s3://bucket/inside')).toEqual({ text: 'bucket/a' })
  for (const place of ['bucket/file', 'bucket/sibling/secret'])
    expect(read(`s3://${place}`)).toEqual({
      why: `The folder of documents has no file ${place}`,
    })
})

test('the folder may be a link itself, and the root of all', () => {
  const folder = folderWith('bucket/a')
  symlinkSync(folder, `${folder}-link`)
  expect(documentFolder(`${folder}-link`)('s3://bucket/a')).toEqual({ text: 'bucket/a' })
  const place = join(realpathSync(folder), 'bucket/a').slice(1)
  expect(documentFolder('/')(`s3://${place}`)).toEqual({ text: 'bucket/a' })
})
