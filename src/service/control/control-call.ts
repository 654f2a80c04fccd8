import type { Members } from '../../protocol/answer-json.ts'
import { THING_NAME_MAX, THING_NAME_PATTERN } from '../../protocol/limits.ts'
import { Checks } from './checks.ts'
import type { Refusal } from './exceptions.ts'

/** Success with a body, or without one: then the answer has a length of 0 (protocol, section 4). */
export interface Done {
  readonly kind: 'done'
  readonly body?: object
}

export type Outcome = Done | Refusal

/** What carries out one operation. */
export type Handler = (call: ControlCall) => Outcome | Promise<Outcome>

export type Handlers = Readonly<Record<string, Handler>>

export function done(body?: object): Done {
  return { kind: 'done', body }
}

/** Succeeded, and the model has an empty structure for it. */
export const EMPTY_STRUCTURE = done({})

/** What the front has read of one request. */
export interface ControlCallParts {
  /** The named levels of the path, decoded. */
  readonly path: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  /** Header `x-amzn-principal`. */
  readonly principal: string | undefined
  readonly members: Members
  /** Of the signature; ARNs in the answer name it. */
  readonly region: string
  /** Where the request was sent to: the name part of the header `Host`. */
  readonly hostName: string | undefined
  readonly nowUs: number
}

/** One request to the control plane, and the checks of its members. */
export class ControlCall {
  readonly path: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly principal: string | undefined
  readonly members: Members
  readonly region: string
  readonly hostName: string | undefined
  readonly nowUs: number
  readonly checks = new Checks()

  constructor(parts: ControlCallParts) {
    this.path = parts.path
    this.query = parts.query
    this.principal = parts.principal
    this.members = parts.members
    this.region = parts.region
    this.hostName = parts.hostName
    this.nowUs = parts.nowUs
  }

  /** A level of the path that is a name of things or thing groups. */
  name(field: 'thingName' | 'thingGroupName'): string {
    return this.checks.neededText(this.path[field], field, NAME)
  }

  queryInteger(field: string, min: number, max: number): number | undefined {
    const text = this.query.get(field)
    if (text === null) return undefined
    const value = /^-?\d{1,15}$/.test(text) ? Number(text) : text
    return this.checks.integer(value, field, { min, max })
  }

  /** Absent is false. */
  queryFlag(field: string): boolean {
    const text = this.query.get(field)
    if (text === null || text === 'false') return false
    if (text !== 'true') this.checks.add(text, field, 'Member must be true or false')
    return text === 'true'
  }

  queryWord<Word extends string>(field: string, words: readonly Word[]): Word | undefined {
    return this.checks.oneOf(this.query.get(field), field, words)
  }

  /** `expectedVersion` of the deletions. */
  expectedVersion(): number | undefined {
    return this.queryInteger('expectedVersion', 0, Number.MAX_SAFE_INTEGER)
  }
}

export const NAME = { max: THING_NAME_MAX, pattern: THING_NAME_PATTERN }
