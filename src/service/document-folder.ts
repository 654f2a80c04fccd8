import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { join, resolve, sep } from 'node:path'
import { JOB_DOCUMENT_MAX_BYTES } from '../protocol/limits.ts'

/** Reads the object at an S3 URL. @returns its text, or the sentence of a refusal. */
export type DocumentReader = (
  source: string,
) => { readonly text: string } | { readonly why: string }

/** Without a folder of documents. */
export const NO_DOCUMENTS: DocumentReader = () => ({
  why: 'The stand-in reads no other service; give a document, or start it with --documents',
})

/** The object KEY of the bucket BUCKET is the file BUCKET/KEY of the folder, read anew for each job. */
export function documentFolder(folder: string): DocumentReader {
  const root = resolve(folder)
  return (source) => {
    const place = placeOf(source)
    if (place === undefined) return { why: 'Member must be the URL of an S3 object' }
    const path = resolve(join(root, place))
    if (!path.startsWith(root + sep) || path.includes('\0')) return missing(place)
    try {
      return { text: startOf(path) }
    } catch {
      return missing(place)
    }
  }
}

/** @returns `BUCKET/KEY`. */
function placeOf(source: string): string | undefined {
  const [, inPath] =
    /^https:\/\/s3[.-][\w.-]*amazonaws\.com(?:\.cn)?\/([^/?#]+\/[^?#]+)$/.exec(source) ?? []
  const [, bucket, key] =
    /^https:\/\/([^/?#]+)\.s3[.-][\w.-]*amazonaws\.com(?:\.cn)?\/([^?#]+)$/.exec(source) ?? []
  const [, named] = /^s3:\/\/([^/?#]+\/[^?#]+)$/.exec(source) ?? []
  const place = inPath ?? named ?? (bucket === undefined ? undefined : `${bucket}/${key}`)
  try {
    return place === undefined ? undefined : decodeURIComponent(place)
  } catch {
    return undefined
  }
}

/** The file, or a byte more than a document may have: whoever checks the length sees that. */
function startOf(path: string): string {
  // Before it is opened: a pipe would wait for its writer.
  if (!statSync(path).isFile()) throw new Error('not a file')
  const file = openSync(path, 'r')
  try {
    const bytes = Buffer.alloc(JOB_DOCUMENT_MAX_BYTES + 1)
    let length = 0
    for (let more = -1; more !== 0 && length < bytes.length; length += more)
      more = readSync(file, bytes, length, bytes.length - length, length)
    return bytes.toString('utf8', 0, length)
  } finally {
    closeSync(file)
  }
}

function missing(place: string): { why: string } {
  return { why: `The folder of documents has no file ${place}` }
}
