import { closeSync, openSync, readSync, realpathSync, statSync } from 'node:fs'
import { join, sep } from 'node:path'
import { JOB_DOCUMENT_MAX_BYTES } from '../protocol/limits.ts'

/** Reads the object at an S3 URL. @returns its text, or the sentence of a refusal. */
export type DocumentReader = (
  source: string,
) => { readonly text: string } | { readonly why: string }

/** Without a folder of documents. */
export const NO_DOCUMENTS: DocumentReader = () => ({
  why: 'The stand-in reads no other service; give a document, or start it with --documents',
})

/** An endpoint of S3: `s3`, `s3.REGION`, `s3-REGION`, the first two also with FIPS and dual stack. */
const ENDPOINT =
  /s3(?:-[a-z]+(?:-[a-z]+)*-\d+|(?:-fips)?(?:\.dualstack)?(?:\.[a-z]+(?:-[a-z]+)*-\d+)?)\.amazonaws\.com(?:\.cn)?/
    .source
/** `https://BUCKET.ENDPOINT/KEY`. A bucket may have dots and begin like an endpoint. */
const OF_HOST = new RegExp(`^https://([^/?#]+)\\.${ENDPOINT}/([^?#]+)$`)
/** `https://ENDPOINT/BUCKET/KEY`. */
const OF_PATH = new RegExp(`^https://${ENDPOINT}/([^/?#]+)/([^?#]+)$`)
const NAMED = /^s3:\/\/([^/?#]+)\/([^?#]+)$/

/** The object KEY of the bucket BUCKET is the file BUCKET/KEY of the folder, read anew for each job. */
export function documentFolder(folder: string): DocumentReader {
  return (source) => {
    const place = placeOf(source)
    if (place === undefined) return { why: 'Member must be the URL of an S3 object' }
    if (place.split('/').some((level) => level === '' || level === '.' || level === '..'))
      return {
        why: `A level of ${place} is empty, "." or "..": no file of a folder`,
      }
    try {
      const root = realpathSync(folder)
      // A link may lead about in the folder, and not out of it.
      const path = realpathSync(join(root, place))
      if (!path.startsWith(root.endsWith(sep) ? root : root + sep)) return missing(place)
      return { text: startOf(path) }
    } catch {
      return missing(place)
    }
  }
}

/** @returns `BUCKET/KEY`. */
function placeOf(source: string): string | undefined {
  const [, bucket, key] = OF_HOST.exec(source) ?? OF_PATH.exec(source) ?? NAMED.exec(source) ?? []
  const place = bucket === undefined ? undefined : `${bucket}/${key}`
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
