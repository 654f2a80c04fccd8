import { X509Certificate } from 'node:crypto'
import { ACCOUNT_ID, arnOf, readArn } from './arns.ts'
import type { Certificate, CertificateStore } from './certificate-store.ts'
import { type ControlCall, done, type Handlers, type Outcome } from './control-call.ts'
import { notFound } from './exceptions.ts'
import type { GroupRegistry, ThingGroup } from './group-registry.ts'
import { MARKER_PAGES, pageOf, slice } from './paging.ts'
import type { PolicyStore } from './policy-store.ts'
import type { ThingRegistry } from './thing-registry.ts'

interface Listed {
  readonly things: ThingRegistry
  readonly groups: GroupRegistry
  readonly certificates: CertificateStore
  readonly policies: PolicyStore
  /** With a fraction. */
  readonly epochSeconds: (nowUs: number) => number
}

/** What fleet tools look up before they change or clean up: groups, certificates, policies (API reference). */
export function listingOperations(listed: Listed): Handlers {
  return {
    ListThingGroups: (call) => listGroups(listed, call),
    ListThingGroupsForThing: (call) => listGroupsOfThing(listed, call),
    ListPrincipalThings: (call) => listThingsOfPrincipal(listed, call),
    DescribeCertificate: (call) => describeCertificate(listed, call),
    ListCertificates: (call) => listCertificates(listed, call),
    GetPolicy: (call) => getPolicy(listed, call),
    ListPolicies: (call) => listPolicies(listed, call),
    ListAttachedPolicies: (call) => listAttached(listed, call),
    ListTargetsForPolicy: (call) => listTargets(listed, call),
  }
}

function listGroups({ groups }: Listed, call: ControlCall): Outcome {
  const { query, checks } = call
  const parent = query.get('parentGroup')
  const prefix = query.get('namePrefixFilter') ?? ''
  // Without it, the children of the parent alone; without a parent, all.
  const recursive = call.queryFlag('recursive')
  const page = pageOf(call, 'ListThingGroups', [parent, prefix, recursive])
  if (checks.failed) return checks.refusal()
  if (parent !== null && groups.find(parent) === undefined) return notFound('Thing group', parent)
  const fits = (group: ThingGroup): boolean => {
    if (!group.name.startsWith(prefix)) return false
    if (parent === null) return true
    return group.parent?.name === parent || (recursive && isBelow(group, parent))
  }
  const { items, nextToken } = slice([...groups.all()].filter(fits), ({ serial }) => serial, page)
  return done({ thingGroups: items.map((group) => shownGroup(group, call)), nextToken })
}

function isBelow(group: ThingGroup, name: string): boolean {
  for (let at = group.parent; at !== undefined; at = at.parent) if (at.name === name) return true
  return false
}

function shownGroup({ name }: ThingGroup, { region }: ControlCall): object {
  return { groupName: name, groupArn: arnOf(region, 'thinggroup', name) }
}

function listGroupsOfThing({ things, groups }: Listed, call: ControlCall): Outcome {
  const thingName = call.name('thingName')
  const page = pageOf(call, 'ListThingGroupsForThing', [thingName])
  if (call.checks.failed) return call.checks.refusal()
  const thing = things.indexOf(thingName)
  if (thing === undefined) return notFound('Thing', thingName)
  const held = groups.groupsOf(thing).sort((one, other) => one.serial - other.serial)
  const { items, nextToken } = slice(held, ({ serial }) => serial, page)
  return done({ thingGroups: items.map((group) => shownGroup(group, call)), nextToken })
}

function listThingsOfPrincipal({ things }: Listed, call: ControlCall): Outcome {
  const principal = call.checks.neededText(call.principal, 'principal', { max: 2_048 })
  const page = pageOf(call, 'ListPrincipalThings', [principal])
  const arn = readArn(principal)
  if (call.checks.failed) return call.checks.refusal()
  const holders = [...things.holdersOf(arn?.kind === 'cert' ? arn.name : '')]
  const { items, nextToken } = slice(
    holders.sort((one, other) => one - other),
    (thing) => thing,
    page,
  )
  return done({ things: items.map((thing) => things.nameOf(thing)), nextToken })
}

function describeCertificate({ certificates, epochSeconds }: Listed, call: ControlCall): Outcome {
  const id = call.path.certificateId ?? ''
  const found = certificates.find(id.toLowerCase())
  if (found === undefined) return notFound('Certificate', id)
  const { validFrom, validTo } = new X509Certificate(found.pem)
  const creationDate = epochSeconds(found.createdUs)
  return done({
    certificateDescription: {
      ...shownCertificate(found, call),
      certificatePem: found.pem,
      ownedBy: ACCOUNT_ID,
      creationDate,
      lastModifiedDate: creationDate,
      customerVersion: 1,
      validity: { notBefore: secondsOf(validFrom), notAfter: secondsOf(validTo) },
    },
  })
}

/** @param text such as `Jan  1 00:00:00 2026 GMT`. */
function secondsOf(text: string): number {
  return Date.parse(text) / 1_000
}

function shownCertificate({ id, status }: Certificate, { region }: ControlCall): object {
  return {
    certificateArn: arnOf(region, 'cert', id),
    certificateId: id,
    status,
    certificateMode: 'DEFAULT',
  }
}

function listCertificates({ certificates, epochSeconds }: Listed, call: ControlCall): Outcome {
  return byMarker(call, 'ListCertificates', 'certificates', certificates.all(), (one) => ({
    ...shownCertificate(one, call),
    creationDate: epochSeconds(one.createdUs),
  }))
}

function getPolicy({ policies, epochSeconds }: Listed, call: ControlCall): Outcome {
  const policyName = call.path.policyName ?? ''
  const policy = policies.find(policyName)
  if (policy === undefined) return notFound('Policy', policyName)
  const creationDate = epochSeconds(policy.createdUs)
  return done({
    ...shownPolicy(policyName, call),
    policyDocument: policy.document,
    defaultVersionId: '1',
    creationDate,
    lastModifiedDate: creationDate,
  })
}

function shownPolicy(policyName: string, { region }: ControlCall): object {
  return { policyName, policyArn: arnOf(region, 'policy', policyName) }
}

function listPolicies({ policies }: Listed, call: ControlCall): Outcome {
  const shown = ({ name }: { readonly name: string }) => shownPolicy(name, call)
  return byMarker(call, 'ListPolicies', 'policies', policies.all(), shown)
}

function listAttached({ policies }: Listed, call: ControlCall): Outcome {
  const target = call.path.target ?? ''
  const arn = readArn(target)
  const rows = arn === undefined ? [] : policies.attachedTo(`${arn.kind}/${arn.name}`)
  const shown = ({ name }: { readonly name: string }) => shownPolicy(name, call)
  return byMarker(call, 'ListAttachedPolicies', 'policies', rows, shown, target)
}

function listTargets({ policies }: Listed, call: ControlCall): Outcome {
  const policyName = call.path.policyName ?? ''
  if (policies.find(policyName) === undefined) return notFound('Policy', policyName)
  const rows = policies.attachmentsOf(policyName)
  const shown = ({ target }: { readonly target: string }) => {
    const [kind = '', name = ''] = target.split('/', 2)
    return arnOf(call.region, kind === 'cert' ? 'cert' : 'thinggroup', name)
  }
  return byMarker(call, 'ListTargetsForPolicy', 'targets', rows, shown, policyName)
}

/** The older lists: `marker` and `pageSize`, in the order of creation or against it. */
function byMarker<Row extends { readonly serial: number }>(
  call: ControlCall,
  operation: string,
  member: string,
  rows: Iterable<Row>,
  shown: (row: Row) => unknown,
  of?: string,
): Outcome {
  const isDescending = call.query.get('isAscendingOrder') === 'false'
  const page = pageOf(call, operation, [of, isDescending], MARKER_PAGES)
  if (call.checks.failed) return call.checks.refusal()
  const ordered = isDescending ? [...rows].reverse() : rows
  const numberOf = ({ serial }: Row) => (isDescending ? -serial : serial)
  const { items, nextToken } = slice(ordered, numberOf, page)
  return done({ [member]: items.map(shown), nextMarker: nextToken })
}
