import { arnOf, readArn } from './arns.ts'
import {
  type ControlCall,
  done,
  EMPTY_STRUCTURE,
  type Handlers,
  NAME,
  type Outcome,
} from './control-call.ts'
import { alreadyExists, notFound, refusal, versionConflict } from './exceptions.ts'
import { type GroupRegistry, lineOf, membersOf, type ThingGroup } from './group-registry.ts'
import { pageOf, slice } from './paging.ts'
import type { ThingRegistry } from './thing-registry.ts'

/** AWS raises it with UpdateThingGroup, which the stand-in does not have. */
const VERSION = 1

/** @param epochSeconds with a fraction. */
export function groupOperations(
  groups: GroupRegistry,
  things: ThingRegistry,
  epochSeconds: (nowUs: number) => number,
): Handlers {
  return {
    CreateThingGroup: (call) => createGroup(groups, epochSeconds(call.nowUs), call),
    DescribeThingGroup: (call) => describeGroup(groups, call),
    DeleteThingGroup: (call) => deleteGroup(groups, call),
    AddThingToThingGroup: (call) => {
      const found = readMembership(groups, things, call)
      if ('kind' in found) return found
      return groups.add(found.group, found.thing, call.nowUs) ?? EMPTY_STRUCTURE
    },
    RemoveThingFromThingGroup: (call) => {
      const found = readMembership(groups, things, call)
      if ('kind' in found) return found
      groups.remove(found.group, found.thing, call.nowUs)
      return EMPTY_STRUCTURE
    },
    ListThingsInThingGroup: (call) => listMembers(groups, things, call),
  }
}

function createGroup(groups: GroupRegistry, createdAt: number, call: ControlCall): Outcome {
  const { members, checks, region } = call
  const thingGroupName = call.name('thingGroupName')
  const parentName = checks.text(members.parentGroupName, 'parentGroupName', NAME)
  const properties = checks.object(members.thingGroupProperties, 'thingGroupProperties')
  checks.text(properties?.thingGroupDescription, 'thingGroupProperties.thingGroupDescription', {
    min: 0,
    max: 2_028,
  })
  checks.object(properties?.attributePayload, 'thingGroupProperties.attributePayload')
  readTags(call)
  if (checks.failed) return checks.refusal()
  const thingGroupArn = arnOf(region, 'thinggroup', thingGroupName)
  if (groups.find(thingGroupName) !== undefined)
    return alreadyExists('Thing group', thingGroupName, thingGroupArn)
  const parent = parentName === undefined ? undefined : groups.find(parentName)
  if (parentName !== undefined && parent === undefined)
    return refusal('InvalidRequestException', `Parent thing group ${parentName} cannot be found`)
  const group = groups.create(thingGroupName, parent, properties, createdAt)
  if ('kind' in group) return group
  return done({ thingGroupName, thingGroupArn, thingGroupId: group.id })
}

const TAGS_MAX = 50

/** Tags are checked and not kept: no operation of the stand-in shows them. */
export function readTags({ members, checks }: ControlCall): void {
  const tags = checks.list(members.tags, 'tags', { min: 0, max: TAGS_MAX }) ?? []
  for (const [at, tag] of tags.entries()) {
    const members = checks.object(tag, `tags.${at}`)
    checks.neededText(members?.Key, `tags.${at}.Key`, { max: 128 })
    checks.text(members?.Value, `tags.${at}.Value`, { min: 0, max: 256 })
  }
}

function describeGroup(groups: GroupRegistry, call: ControlCall): Outcome {
  const thingGroupName = call.name('thingGroupName')
  if (call.checks.failed) return call.checks.refusal()
  const group = groups.find(thingGroupName)
  if (group === undefined) return notFound('Thing group', thingGroupName)
  const arn = ({ name }: ThingGroup) => arnOf(call.region, 'thinggroup', name)
  const above = lineOf(group).slice(0, -1)
  return done({
    thingGroupName,
    thingGroupId: group.id,
    thingGroupArn: arn(group),
    version: VERSION,
    thingGroupProperties: group.properties ?? {},
    thingGroupMetadata: {
      parentGroupName: group.parent?.name,
      rootToParentThingGroups:
        above.length === 0
          ? undefined
          : above.map((at) => ({ groupName: at.name, groupArn: arn(at) })),
      creationDate: group.createdAt,
    },
  })
}

/** One that does not exist is deleted all the same. */
function deleteGroup(groups: GroupRegistry, call: ControlCall): Outcome {
  const thingGroupName = call.name('thingGroupName')
  const expected = call.expectedVersion()
  if (call.checks.failed) return call.checks.refusal()
  const group = groups.find(thingGroupName)
  if (group === undefined) return EMPTY_STRUCTURE
  if (expected !== undefined && expected !== VERSION) return versionConflict(expected, VERSION)
  return groups.delete(group, call.nowUs) ?? EMPTY_STRUCTURE
}

/** The thing and the group, each by name or by ARN; both may be given when they agree. */
function readMembership(
  groups: GroupRegistry,
  things: ThingRegistry,
  call: ControlCall,
): { readonly group: ThingGroup; readonly thing: number } | Outcome {
  const { members, checks } = call
  const groupName = nameOrArn(call, 'thinggroup', 'thingGroupName', 'thingGroupArn')
  const thingName = nameOrArn(call, 'thing', 'thingName', 'thingArn')
  checks.flag(members.overrideDynamicGroups, 'overrideDynamicGroups')
  if (checks.failed) return checks.refusal()
  const group = groups.find(groupName)
  if (group === undefined) return notFound('Thing group', groupName)
  const thing = things.indexOf(thingName)
  if (thing === undefined) return notFound('Thing', thingName)
  return { group, thing }
}

function nameOrArn(
  { members, checks }: ControlCall,
  kind: 'thing' | 'thinggroup',
  nameField: string,
  arnField: string,
): string {
  const name = checks.text(members[nameField], nameField, NAME)
  const arn = checks.text(members[arnField], arnField, { max: 2_048 })
  if (arn === undefined) {
    if (name === undefined && !checks.failed)
      checks.add(null, nameField, `Member must not be null without ${arnField}`)
    return name ?? ''
  }
  const read = readArn(arn)
  if (read?.kind !== kind) checks.add(arn, arnField, `Member must be the ARN of a ${kind}`)
  else if (name !== undefined && name !== read.name)
    checks.add(arn, arnField, `Member must agree with ${nameField}`)
  return read?.name ?? ''
}

function listMembers(groups: GroupRegistry, things: ThingRegistry, call: ControlCall): Outcome {
  const thingGroupName = call.name('thingGroupName')
  const recursive = call.queryFlag('recursive')
  const page = pageOf(call, 'ListThingsInThingGroup', [thingGroupName, recursive])
  if (call.checks.failed) return call.checks.refusal()
  const group = groups.find(thingGroupName)
  if (group === undefined) return notFound('Thing group', thingGroupName)
  const { items, nextToken } = slice(membersOf(group, recursive), (thing) => thing, page)
  return done({ things: items.map((thing) => things.nameOf(thing)), nextToken })
}
