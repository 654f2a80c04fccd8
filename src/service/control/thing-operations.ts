import type { Members } from '../../protocol/answer-json.ts'
import { arnOf, readArn } from './arns.ts'
import type { CertificateStore } from './certificate-store.ts'
import type { Checks } from './checks.ts'
import {
  type ControlCall,
  done,
  EMPTY_STRUCTURE,
  type Handlers,
  NAME,
  type Outcome,
} from './control-call.ts'
import { alreadyExists, notFound, refusal, versionConflict } from './exceptions.ts'
import { pageOf, slice } from './paging.ts'
import { type ThingRegistry, type ThingSettings, thingIdOf } from './thing-registry.ts'

/** Of a thing: AWS raises it with UpdateThing, which the stand-in does not have. */
const VERSION = 1
/** Protocol 5.3. */
const ATTRIBUTES_MAX = 3
const ATTRIBUTES_OF_TYPED_MAX = 50

const ATTRIBUTE_NAME = { max: 128, pattern: /^[a-zA-Z0-9_.,@/:#-]+$/ }
const ATTRIBUTE_VALUE = { min: 0, max: 800, pattern: /^[a-zA-Z0-9_.,@/:#=[\]-]*$/ }

/** Things and the principals attached to them (protocol 4.2). */
export function thingOperations(things: ThingRegistry, certificates: CertificateStore): Handlers {
  return {
    CreateThing: (call) => createThing(things, call),
    DescribeThing: (call) => describeThing(things, call),
    DeleteThing: (call) => deleteThing(things, call),
    ListThings: (call) => listThings(things, call),
    AttachThingPrincipal: (call) => attachPrincipal(things, certificates, call),
    DetachThingPrincipal: (call) => detachPrincipal(things, certificates, call),
    ListThingPrincipals: (call) => listPrincipals(things, call),
  }
}

/** The same name with the same settings succeeds again. */
function createThing(things: ThingRegistry, call: ControlCall): Outcome {
  const thingName = call.name('thingName')
  const settings = readSettings(call.members, call.checks)
  if (call.checks.failed) return call.checks.refusal()
  const thing = things.create(thingName, settings)
  const thingArn = arnOf(call.region, 'thing', thingName)
  if (thing === undefined) return alreadyExists('Thing', thingName, thingArn)
  return done({ thingName, thingArn, thingId: thingIdOf(thing) })
}

function readSettings(members: Members, checks: Checks): ThingSettings {
  const thingTypeName = checks.text(members.thingTypeName, 'thingTypeName', NAME)
  const billingGroupName = checks.text(members.billingGroupName, 'billingGroupName', NAME)
  const payload = checks.object(members.attributePayload, 'attributePayload')
  const field = 'attributePayload.attributes'
  const attributes =
    checks.textMap(payload?.attributes, field, ATTRIBUTE_NAME, ATTRIBUTE_VALUE) ?? {}
  checks.flag(payload?.merge, 'attributePayload.merge')
  const most = thingTypeName === undefined ? ATTRIBUTES_MAX : ATTRIBUTES_OF_TYPED_MAX
  if (Object.keys(attributes).length > most)
    checks.add(attributes, field, `Member must have length less than or equal to ${most}`)
  return { thingTypeName, billingGroupName, attributes }
}

function describeThing(things: ThingRegistry, call: ControlCall): Outcome {
  const thingName = call.name('thingName')
  if (call.checks.failed) return call.checks.refusal()
  const thing = things.indexOf(thingName)
  if (thing === undefined) return notFound('Thing', thingName)
  const { billingGroupName } = things.settingsOf(thing)
  return done({
    defaultClientId: thingName,
    thingId: thingIdOf(thing),
    ...shownThing(things, thing, call.region),
    billingGroupName,
  })
}

/** One that does not exist is deleted all the same. */
function deleteThing(things: ThingRegistry, call: ControlCall): Outcome {
  const thingName = call.name('thingName')
  const expected = call.expectedVersion()
  if (call.checks.failed) return call.checks.refusal()
  const thing = things.indexOf(thingName)
  if (thing === undefined) return EMPTY_STRUCTURE
  if (expected !== undefined && expected !== VERSION) return versionConflict(expected, VERSION)
  if (things.principalsOf(thing).size > 0)
    return refusal(
      'InvalidRequestException',
      `Cannot delete. Thing ${thingName} is still attached to one or more principals`,
    )
  things.delete(thing, call.nowUs)
  return EMPTY_STRUCTURE
}

function listThings(things: ThingRegistry, call: ControlCall): Outcome {
  const { query, checks } = call
  const name = query.get('attributeName')
  const value = query.get('attributeValue')
  const type = query.get('thingTypeName')
  const byPrefix = call.queryFlag('usePrefixAttributeValue')
  const page = pageOf(call, 'ListThings', [name, value, type, byPrefix])
  if (checks.failed) return checks.refusal()
  const fits = ({ attributes, thingTypeName }: ThingSettings): boolean => {
    if (type !== null && thingTypeName !== type) return false
    if (name === null) return true
    const held = attributes[name]
    if (held === undefined || value === null) return held !== undefined
    return byPrefix ? held.startsWith(value) : held === value
  }
  const fitting = function* () {
    for (const thing of things.list(Math.max(0, page.after + 1)))
      if (fits(things.settingsOf(thing))) yield thing
  }
  const { items, nextToken } = slice(fitting(), (thing) => thing, page)
  const shown = items.map((thing) => shownThing(things, thing, call.region))
  return done({ things: shown, nextToken })
}

function shownThing(things: ThingRegistry, thing: number, region: string) {
  const thingName = things.nameOf(thing)
  const { thingTypeName, attributes } = things.settingsOf(thing)
  const thingArn = arnOf(region, 'thing', thingName)
  return { thingName, thingTypeName, thingArn, attributes, version: VERSION }
}

const PRINCIPAL_TYPES = ['EXCLUSIVE_THING', 'NON_EXCLUSIVE_THING'] as const

function attachPrincipal(
  things: ThingRegistry,
  certificates: CertificateStore,
  call: ControlCall,
): Outcome {
  const type = call.queryWord('thingPrincipalType', PRINCIPAL_TYPES)
  const found = readAttachment(things, certificates, call)
  if ('kind' in found) return found
  const { thing, certificateId } = found
  const others = [...things.holdersOf(certificateId)].filter((holder) => holder !== thing)
  if (type === 'EXCLUSIVE_THING' && others.length > 0)
    return refusal(
      'InvalidRequestException',
      'The principal is attached to another thing already, so it cannot be exclusive',
    )
  things.attach(thing, certificateId)
  return EMPTY_STRUCTURE
}

function detachPrincipal(
  things: ThingRegistry,
  certificates: CertificateStore,
  call: ControlCall,
): Outcome {
  const found = readAttachment(things, certificates, call)
  if ('kind' in found) return found
  things.detach(found.thing, found.certificateId)
  return EMPTY_STRUCTURE
}

function readAttachment(
  things: ThingRegistry,
  certificates: CertificateStore,
  call: ControlCall,
): { readonly thing: number; readonly certificateId: string } | Outcome {
  const thingName = call.name('thingName')
  const principal = call.checks.neededText(call.principal, 'principal', { max: 2_048 })
  const arn = readArn(principal)
  if (!call.checks.failed && arn?.kind !== 'cert')
    call.checks.add(principal, 'principal', 'Member must be the ARN of a certificate')
  if (call.checks.failed || arn === undefined) return call.checks.refusal()
  const thing = things.indexOf(thingName)
  if (thing === undefined) return notFound('Thing', thingName)
  if (certificates.find(arn.name) === undefined) return notFound('Certificate', arn.name)
  return { thing, certificateId: arn.name }
}

function listPrincipals(things: ThingRegistry, call: ControlCall): Outcome {
  const thingName = call.name('thingName')
  const page = pageOf(call, 'ListThingPrincipals', [thingName])
  if (call.checks.failed) return call.checks.refusal()
  const thing = things.indexOf(thingName)
  if (thing === undefined) return notFound('Thing', thingName)
  const numbered = [...things.principalsOf(thing)].map((id, at) => ({ id, at }))
  const { items, nextToken } = slice(numbered, ({ at }) => at, page)
  const principals = items.map(({ id }) => arnOf(call.region, 'cert', id))
  return done({ principals, nextToken })
}
