/**
 * Which service a request is for, and whether its signature still holds. Signatures are read and not
 * verified (protocol 1.8, 1.9).
 */
import type { IncomingHttpHeaders } from 'node:http'

/** Jobs data plane (`iot-jobs-data`), or the control plane (`iot`): they share paths. */
export type Plane = 'data' | 'control'

/** Told apart by the signature's scope, then by the host name; otherwise it is the data plane. */
export function planeOf(url: string, headers: IncomingHttpHeaders): Plane {
  const { authorization, host } = headers
  const service = signedService(authorization) ?? signedService(queryOf(url))
  if (service !== undefined) return service === 'iot' ? 'control' : 'data'
  return host?.startsWith('iot.') ? 'control' : 'data'
}

/** `Credential=KEY/DATE/REGION/SERVICE/aws4_request`, in a header or percent-encoded in a query. */
function signedService(text: string | undefined): string | undefined {
  if (text === undefined || !text.includes('Credential=')) return undefined
  const [, service] =
    /Credential=[^&,\s]+?(?:\/|%2F)\d{8}(?:\/|%2F)[\w-]+(?:\/|%2F)([\w-]+)(?:\/|%2F)aws4_request/i.exec(
      text,
    ) ?? []
  return service
}

/** Whether a query-signed request comes after its time. One whose time cannot be read does. */
export function hasExpired(url: string, epochSeconds: number): boolean {
  const query = queryOf(url)
  if (query === undefined || !query.includes('X-Amz-Signature=')) return false
  const members = new URLSearchParams(query)
  const signedAt = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(members.get('X-Amz-Date') ?? '')
  if (signedAt === null) return true
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = signedAt
    .slice(1)
    .map(Number)
  const signedSeconds = Date.UTC(year, month - 1, day, hour, minute, second) / 1_000
  const lifeSeconds = Number(members.get('X-Amz-Expires') ?? Number.NaN)
  return !(epochSeconds <= signedSeconds + lifeSeconds)
}

function queryOf(url: string): string | undefined {
  const at = url.indexOf('?')
  return at < 0 ? undefined : url.slice(at + 1)
}
