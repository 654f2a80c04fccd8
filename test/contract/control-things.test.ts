import {
  CreateThingCommand,
  DeleteThingCommand,
  DescribeThingCommand,
  InvalidRequestException,
  ListThingsCommand,
  paginateListThings,
  ResourceAlreadyExistsException,
  ResourceNotFoundException,
  VersionConflictException,
} from '@aws-sdk/client-iot'
import {
  GetPendingJobExecutionsCommand,
  ResourceNotFoundException as NoSuchThing,
  StartNextPendingJobExecutionCommand,
} from '@aws-sdk/client-iot-jobs-data-plane'
import { expect, test } from 'vitest'
import { arn, awsClients, expectRefusal } from './aws-clients.ts'
import { Device } from './mqtt-device.ts'
import { openStandIn } from './stand-in-fixture.ts'

test('a thing is created, described as it was made, and gone after its deletion', async () => {
  const { iot } = awsClients(await openStandIn())
  const attributes = { site: 'north', model: 'a.1/b' }
  const made = await iot.send(
    new CreateThingCommand({
      thingName: 'pump:1',
      thingTypeName: 'pump',
      attributePayload: { attributes },
    }),
  )
  expect(made).toMatchObject({ thingName: 'pump:1', thingArn: arn('thing', 'pump:1') })
  const described = await iot.send(new DescribeThingCommand({ thingName: 'pump:1' }))
  expect(described).toMatchObject({
    defaultClientId: 'pump:1',
    thingName: 'pump:1',
    thingId: made.thingId,
    thingArn: made.thingArn,
    thingTypeName: 'pump',
    attributes,
    version: 1,
  })
  await iot.send(new DeleteThingCommand({ thingName: 'pump:1', expectedVersion: 1 }))
  const gone = iot.send(new DescribeThingCommand({ thingName: 'pump:1' }))
  await expectRefusal(gone, ResourceNotFoundException, 404)
})

test('C21 a thing that does not exist is deleted all the same', async () => {
  const { iot } = awsClients(await openStandIn())
  const { $metadata } = await iot.send(new DeleteThingCommand({ thingName: 'nobody' }))
  expect($metadata.httpStatusCode).toBe(200)
})

test('the same thing can be created twice, with other settings it cannot', async () => {
  const { iot } = awsClients(await openStandIn())
  const create = (attributes?: Record<string, string>) =>
    iot.send(
      new CreateThingCommand({
        thingName: 'pump',
        ...(attributes && { attributePayload: { attributes } }),
      }),
    )
  const first = await create({ site: 'north' })
  expect((await create({ site: 'north' })).thingId).toBe(first.thingId)
  const members = { resourceId: 'pump', resourceArn: arn('thing', 'pump') }
  await expectRefusal(create({ site: 'south' }), ResourceAlreadyExistsException, 409, members)
  await expectRefusal(create(), ResourceAlreadyExistsException, 409, members)
  // A thing of the stand-in's own is one without settings.
  const own = await iot.send(new CreateThingCommand({ thingName: 'thing-0' }))
  expect(own.thingArn).toBe(arn('thing', 'thing-0'))
})

test('a version that is not the stored one keeps the thing', async () => {
  const { iot } = awsClients(await openStandIn())
  const wrong = iot.send(new DeleteThingCommand({ thingName: 'thing-0', expectedVersion: 2 }))
  await expectRefusal(wrong, VersionConflictException, 409)
  await iot.send(new DescribeThingCommand({ thingName: 'thing-0' }))
})

test('a thing is there for the data plane from its creation to its deletion, and again', async () => {
  const standIn = await openStandIn()
  const { iot, data } = awsClients(standIn)
  const device = await Device.open(standIn.addresses.mqtt)
  const start = (thingName: string) =>
    data.send(new StartNextPendingJobExecutionCommand({ thingName }))
  const ask = (thingName: string) => device.ask(`$aws/things/${thingName}/jobs/get`, {})

  for (const thingName of ['pump', 'thing-1']) {
    if (thingName === 'pump') await expectRefusal(start(thingName), NoSuchThing, 404)
    await iot.send(new CreateThingCommand({ thingName }))
    expect((await start(thingName)).execution).toBeUndefined()
    expect((await ask(thingName)).body).toMatchObject({ inProgressJobs: [], queuedJobs: [] })
    await iot.send(new DeleteThingCommand({ thingName }))
    await expectRefusal(start(thingName), NoSuchThing, 404)
    expect((await ask(thingName)).body).toMatchObject({ code: 'ResourceNotFound' })
    await iot.send(new CreateThingCommand({ thingName }))
    const pending = await data.send(new GetPendingJobExecutionsCommand({ thingName }))
    expect(pending).toMatchObject({ inProgressJobs: [], queuedJobs: [] })
  }
})

test.each([
  ['a name with a blank', { thingName: 'no thing' }, 'thingName'],
  ['a name of 129', { thingName: 'x'.repeat(129) }, 'thingName'],
  ['a type with a dot', { thingName: 'pump', thingTypeName: 'a.b' }, 'thingTypeName'],
  [
    'a fourth attribute without a type',
    { thingName: 'pump', attributePayload: { attributes: { a: '1', b: '2', c: '3', d: '4' } } },
    'attributePayload.attributes',
  ],
  [
    'an attribute of 801 characters',
    { thingName: 'pump', attributePayload: { attributes: { a: 'x'.repeat(801) } } },
    'attributePayload.attributes.a',
  ],
])('%s is refused and named', async (_, thing, field) => {
  const { iot } = awsClients(await openStandIn())
  const message = expect.stringMatching(
    new RegExp(`^Value '.+' at '${field.replaceAll('.', '\\.')}' failed to satisfy constraint: .`),
  )
  await expectRefusal(iot.send(new CreateThingCommand(thing)), InvalidRequestException, 400, {
    message,
  })
})

test('C17 pages add up to the list, whatever is added meanwhile, and 251 is refused', async () => {
  const { iot } = awsClients(await openStandIn({ things: 5 }))
  const seen: (string | undefined)[] = []
  for await (const page of paginateListThings({ client: iot, pageSize: 2 }, {})) {
    expect(page.things?.length).toBeLessThanOrEqual(2)
    seen.push(...(page.things ?? []).map(({ thingName }) => thingName))
    if (seen.length === 2) {
      await iot.send(new CreateThingCommand({ thingName: 'late' }))
      await iot.send(new DeleteThingCommand({ thingName: 'thing-0' }))
      await iot.send(new DeleteThingCommand({ thingName: 'thing-2' }))
    }
  }
  expect(seen).toEqual(['thing-0', 'thing-1', 'thing-3', 'thing-4', 'late'])
  for (const maxResults of [0, 251]) {
    const refused = iot.send(new ListThingsCommand({ maxResults }))
    await expectRefusal(refused, InvalidRequestException, 400)
  }
  const whole = await iot.send(new ListThingsCommand({ maxResults: 250 }))
  expect(whole.things).toHaveLength(4)
  expect(whole.nextToken).toBeUndefined()
})

test('a token of another list, or of none, is refused', async () => {
  const { iot } = awsClients(await openStandIn())
  const { nextToken } = await iot.send(new ListThingsCommand({ maxResults: 1 }))
  expect(nextToken).toEqual(expect.any(String))
  for (const request of [
    { nextToken, thingTypeName: 'pump' },
    { nextToken: 'nope' },
    { nextToken: 'WyJ4IiwxXQ' },
  ])
    await expectRefusal(iot.send(new ListThingsCommand(request)), InvalidRequestException, 400)
})

test('a list of things is filtered by type and by attribute, whole or by its beginning', async () => {
  const { iot } = awsClients(await openStandIn({ things: 0 }))
  const create = (thingName: string, site: string, thingTypeName?: string) =>
    iot.send(
      new CreateThingCommand({
        thingName,
        attributePayload: { attributes: { site } },
        ...(thingTypeName && { thingTypeName }),
      }),
    )
  await create('one', 'north-1', 'pump')
  await create('two', 'north-2')
  await create('three', 'south', 'pump')
  const names = async (filter: object) =>
    (await iot.send(new ListThingsCommand(filter))).things?.map(({ thingName }) => thingName)
  expect(await names({ thingTypeName: 'pump' })).toEqual(['one', 'three'])
  expect(await names({ attributeName: 'site', attributeValue: 'north-2' })).toEqual(['two'])
  expect(await names({ attributeName: 'site', attributeValue: 'north' })).toEqual([])
  const byPrefix = { attributeName: 'site', attributeValue: 'north', usePrefixAttributeValue: true }
  expect(await names(byPrefix)).toEqual(['one', 'two'])
  expect(await names({ attributeName: 'model' })).toEqual([])
})
