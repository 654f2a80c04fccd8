/**
 * Which service a request is for, and whether its signature still holds. Signatures are read and not
 * verified (protocol 1.8, 1.9).
 */
import type { IncomingHttpHeaders } from 'node:http'

/** Jobs data plane (`iot-jobs-data`), or the control plane (`iot`): they share paths. */
export type Plane = 'data' | 'control'

/** Where a request goes that says nothing of it. */
export const USUAL_REGION = 'us-east-1'

export interface Address {
  readonly plane: Plane
  /** The request itself says so, and it is not just the port's. */
  readonly isSaid: boolean
  /** Of the signature. */
  readonly region: string
}

/**
 * Told apart by the signature's scope, then by the host name; otherwise it is the plane of the port.
 * A scope that is neither of the two services goes to the data plane.
 */
export function addressOf(url: string, headers: IncomingHttpHeaders, ofPort: Plane): Address {
  const { authorization, host = '' } = headers
  const scope = signedScope(authorization) ?? signedScope(queryOf(url))
  if (scope !== undefined)
    return {
      plane: scope.service === 'iot' ? 'control' : 'data',
      isSaid: true,
      region: scope.region,
    }
  const plane = planeOfHost(host)
  return { plane: plane ?? ofPort, isSaid: plane !== undefined, region: USUAL_REGION }
}

/** `iot.REGION…` is the control plane, `data.jobs.iot.REGION…` and `PREFIX.jobs.iot.REGION…` the other. */
function planeOfHost(host: string): Plane | undefined {
  if (host.startsWith('iot.')) return 'control'
  return /^[\w-]+\.jobs\.iot[.-]/.test(host) ? 'data' : undefined
}

interface Scope {
  readonly region: string
  readonly service: string
}

/** `Credential=KEY/DATE/REGION/SERVICE/aws4_request`, in a header or percent-encoded in a query. */
function signedScope(text: string | undefined): Scope | undefined {
  if (text === undefined || !text.includes('Credential=')) return undefined
  const [, region, service] =
    /Credential=[^&,\s]+?(?:\/|%2F)\d{8}(?:\/|%2F)([\w-]+)(?:\/|%2F)([\w-]+)(?:\/|%2F)aws4_request/i.exec(
      text,
    ) ?? []
  return region === undefined || service === undefined ? undefined : { region, service }
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
