import type { Job } from './job.ts'

const MARK = 's3-presigned-url:'
const PLACEHOLDER = /\$\{aws:iot:s3-presigned-url:(https:\/\/[^}"\\]+)\}/g
const EXPIRES_SECONDS = 3_600

/**
 * The document as a device gets it: placeholders of S3 objects become URLs that are signed anew at each
 * fetch (protocol 3.11). They look as AWS's do; nobody has signed them, and no bucket would take them.
 */
export function documentFor({ documentText, presigned }: Job, nowSeconds: number): string {
  if (presigned === undefined || !documentText.includes(MARK)) return documentText
  const { expiresInSec = EXPIRES_SECONDS } = presigned
  return documentText.replaceAll(PLACEHOLDER, (_, url: string) =>
    signed(url, Math.floor(nowSeconds), expiresInSec),
  )
}

function signed(url: string, nowSeconds: number, expiresSeconds: number): string {
  // 2026-08-06T07:06:40.000Z as 20260806T070640Z.
  const time = new Date(nowSeconds * 1_000).toISOString().replaceAll(/[-:]|\.\d+/g, '')
  const region = /^https:\/\/s3[.-]([a-z0-9-]+)\.amazonaws\.com/.exec(url)?.[1] ?? 'us-east-1'
  const credential = `ASIAEXAMPLEEXAMPLE00/${time.slice(0, 8)}/${region}/s3/aws4_request`
  const query = [
    'X-Amz-Algorithm=AWS4-HMAC-SHA256',
    `X-Amz-Credential=${encodeURIComponent(credential)}`,
    `X-Amz-Date=${time}`,
    `X-Amz-Expires=${expiresSeconds}`,
    'X-Amz-SignedHeaders=host',
  ].join('&')
  return `${url}?${query}&X-Amz-Signature=${digits(`${url}?${query}`)}`
}

/** 64 hexadecimal digits that depend on the text, as a signature does. */
function digits(text: string): string {
  let state = 0x811c9dc5
  let written = ''
  for (let word = 0; word < 8; word++) {
    for (let at = 0; at < text.length; at++)
      state = Math.imul(state ^ text.charCodeAt(at), 0x01000193)
    state = Math.imul(state ^ (state >>> 15), 0x85ebca6b)
    written += (state >>> 0).toString(16).padStart(8, '0')
  }
  return written
}
