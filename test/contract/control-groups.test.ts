import {
  AddThingToThingGroupCommand,
  CreateThingGroupCommand,
  DeleteThingGroupCommand,
  DescribeThingGroupCommand,
  InvalidRequestException,
  ListThingsInThingGroupCommand,
  paginateListThingsInThingGroup,
  RemoveThingFromThingGroupCommand,
  ResourceAlreadyExistsException,
  ResourceNotFoundException,
  VersionConflictException,
} from '@aws-sdk/client-iot'
import { expect, test } from 'vitest'
import { arn, awsClients, expectRefusal } from './aws-clients.ts'
import { openStandIn } from './stand-in-fixture.ts'

async function open(things = 3) {
  const { iot } = awsClients(await openStandIn({ things }))
  return {
    iot,
    group: (thingGroupName: string, parentGroupName?: string) =>
      iot.send(new CreateThingGroupCommand({ thingGroupName, parentGroupName })),
    add: (thingGroupName: string, thingName: string) =>
      iot.send(new AddThingToThingGroupCommand({ thingGroupName, thingName })),
    remove: (thingGroupName: string, thingName: string) =>
      iot.send(new RemoveThingFromThingGroupCommand({ thingGroupName, thingName })),
    delete: (thingGroupName: string, expectedVersion?: number) =>
      iot.send(new DeleteThingGroupCommand({ thingGroupName, expectedVersion })),
    members: async (thingGroupName: string, recursive = false) =>
      (await iot.send(new ListThingsInThingGroupCommand({ thingGroupName, recursive }))).things,
  }
}

test('a group is described as it was made, with the line of its parents', async () => {
  const { iot, group } = await open()
  await group('plant')
  await group('hall', 'plant')
  const thingGroupProperties = {
    thingGroupDescription: 'pumps of the hall',
    attributePayload: { attributes: { floor: '2' } },
  }
  const made = await iot.send(
    new CreateThingGroupCommand({
      thingGroupName: 'pumps',
      parentGroupName: 'hall',
      thingGroupProperties,
      tags: [{ Key: 'run', Value: '42' }],
    }),
  )
  expect(made).toMatchObject({
    thingGroupName: 'pumps',
    thingGroupArn: arn('thinggroup', 'pumps'),
    thingGroupId: expect.stringMatching(/^[0-9a-f-]{36}$/),
  })
  const described = await iot.send(new DescribeThingGroupCommand({ thingGroupName: 'pumps' }))
  expect(described).toMatchObject({
    thingGroupName: 'pumps',
    thingGroupId: made.thingGroupId,
    version: 1,
    thingGroupProperties,
    thingGroupMetadata: {
      parentGroupName: 'hall',
      rootToParentThingGroups: [
        { groupName: 'plant', groupArn: arn('thinggroup', 'plant') },
        { groupName: 'hall', groupArn: arn('thinggroup', 'hall') },
      ],
    },
  })
  const ageMs = Date.now() - (described.thingGroupMetadata?.creationDate?.getTime() ?? 0)
  expect(Math.abs(ageMs)).toBeLessThan(60_000)
})

test('C19 things join and leave by name or ARN, and a group may be called addThingToThingGroup', async () => {
  const { iot, group, add, members, remove } = await open()
  await group('addThingToThingGroup')
  await add('addThingToThingGroup', 'thing-2')
  await add('addThingToThingGroup', 'thing-2')
  await iot.send(
    new AddThingToThingGroupCommand({
      thingGroupArn: arn('thinggroup', 'addThingToThingGroup'),
      thingArn: arn('thing', 'thing-0'),
      overrideDynamicGroups: false,
    }),
  )
  expect(await members('addThingToThingGroup')).toEqual(['thing-0', 'thing-2'])
  await remove('addThingToThingGroup', 'thing-2')
  await remove('addThingToThingGroup', 'thing-2')
  expect(await members('addThingToThingGroup')).toEqual(['thing-0'])
})

test('members are those of the group, or of all groups below it too', async () => {
  const { group, add, members } = await open()
  await group('plant')
  await group('hall', 'plant')
  await group('pumps', 'hall')
  await add('plant', 'thing-2')
  await add('hall', 'thing-1')
  await add('pumps', 'thing-0')
  expect(await members('plant')).toEqual(['thing-2'])
  expect(await members('plant', true)).toEqual(['thing-0', 'thing-1', 'thing-2'])
  expect(await members('pumps', true)).toEqual(['thing-0'])
})

test('members come in pages that add up', async () => {
  const { iot, group, add } = await open(7)
  await group('plant')
  for (let thing = 6; thing >= 0; thing--) await add('plant', `thing-${thing}`)
  const seen: string[] = []
  const list = { client: iot, pageSize: 3 }
  for await (const page of paginateListThingsInThingGroup(list, { thingGroupName: 'plant' }))
    seen.push(...(page.things ?? []))
  expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6].map((thing) => `thing-${thing}`))
})

test('what does not exist is not found, and what exists is not created again', async () => {
  const { iot, group, add, remove, members } = await open()
  await group('plant')
  const members409 = { resourceId: 'plant', resourceArn: arn('thinggroup', 'plant') }
  await expectRefusal(group('plant'), ResourceAlreadyExistsException, 409, members409)
  await expectRefusal(add('nowhere', 'thing-0'), ResourceNotFoundException, 404)
  await expectRefusal(add('plant', 'nobody'), ResourceNotFoundException, 404)
  await expectRefusal(remove('nowhere', 'thing-0'), ResourceNotFoundException, 404)
  await expectRefusal(members('nowhere'), ResourceNotFoundException, 404)
  const described = iot.send(new DescribeThingGroupCommand({ thingGroupName: 'nowhere' }))
  await expectRefusal(described, ResourceNotFoundException, 404)
  await expectRefusal(group('child', 'nowhere'), InvalidRequestException, 400)
  const nameless = iot.send(new AddThingToThingGroupCommand({ thingGroupName: 'plant' }))
  await expectRefusal(nameless, InvalidRequestException, 400)
})

test('a group with child groups stays; another takes its members’ membership along', async () => {
  const { group, add, members, ...more } = await open()
  await group('plant')
  await group('hall', 'plant')
  await add('hall', 'thing-0')
  await expectRefusal(more.delete('plant'), InvalidRequestException, 400)
  await expectRefusal(more.delete('hall', 7), VersionConflictException, 409)
  await more.delete('hall', 1)
  expect(await members('plant', true)).toEqual([])
  await more.delete('plant')
  await expectRefusal(members('plant'), ResourceNotFoundException, 404)
  await more.delete('plant')
})

test('a thing is in at most ten groups, and in one of a hierarchy', async () => {
  const { group, add } = await open()
  await group('plant')
  await group('hall', 'plant')
  await add('plant', 'thing-0')
  await expectRefusal(add('hall', 'thing-0'), InvalidRequestException, 400)
  for (let other = 1; other < 11; other++) await group(`group-${other}`)
  for (let other = 1; other < 10; other++) await add(`group-${other}`, 'thing-0')
  await expectRefusal(add('group-10', 'thing-0'), InvalidRequestException, 400)
})

test('groups nest seven deep, and have a hundred children', async () => {
  const { group } = await open()
  await group('deep-1')
  for (let depth = 2; depth <= 7; depth++) await group(`deep-${depth}`, `deep-${depth - 1}`)
  await expectRefusal(group('deep-8', 'deep-7'), InvalidRequestException, 400)
  for (let child = 0; child < 99; child++) await group(`child-${child}`, 'deep-1')
  await expectRefusal(group('child-99', 'deep-1'), InvalidRequestException, 400)
})
