import {
  AddThingToThingGroupCommand,
  AttachPolicyCommand,
  AttachThingPrincipalCommand,
  CreateKeysAndCertificateCommand,
  CreatePolicyCommand,
  CreateThingGroupCommand,
  DescribeCertificateCommand,
  DetachPolicyCommand,
  GetPolicyCommand,
  ListAttachedPoliciesCommand,
  ListCertificatesCommand,
  ListPoliciesCommand,
  ListPrincipalThingsCommand,
  ListTargetsForPolicyCommand,
  ListThingGroupsForThingCommand,
  paginateListThingGroups,
  ResourceNotFoundException,
} from '@aws-sdk/client-iot'
import { expect, test } from 'vitest'
import { arn, awsClients, expectRefusal } from './aws-clients.ts'
import { openStandIn } from './stand-in-fixture.ts'

/** Calls beyond the wire contract that fleet tools make before they change or clean up. */

const policyDocument = '{"Version":"2012-10-17","Statement":[]}'

async function open() {
  const { iot } = awsClients(await openStandIn())
  return {
    iot,
    group: (thingGroupName: string, parentGroupName?: string) =>
      iot.send(new CreateThingGroupCommand({ thingGroupName, parentGroupName })),
    policy: (policyName: string) =>
      iot.send(new CreatePolicyCommand({ policyName, policyDocument })),
    certificate: async () => {
      const made = await iot.send(new CreateKeysAndCertificateCommand({ setAsActive: true }))
      return {
        id: made.certificateId ?? '',
        arn: made.certificateArn ?? '',
        pem: made.certificatePem,
      }
    },
  }
}

test('thing groups are listed: all, by prefix, below a parent, page by page', async () => {
  const { iot, group } = await open()
  await group('plant')
  await group('plant-north', 'plant')
  await group('hall', 'plant-north')
  await group('other')
  const names = async (input: object) => {
    const found: (string | undefined)[] = []
    for await (const page of paginateListThingGroups({ client: iot, pageSize: 1 }, input))
      found.push(...(page.thingGroups ?? []).map(({ groupName }) => groupName))
    return found
  }
  expect(await names({})).toEqual(['plant', 'plant-north', 'hall', 'other'])
  expect(await names({ namePrefixFilter: 'plant' })).toEqual(['plant', 'plant-north'])
  expect(await names({ parentGroup: 'plant' })).toEqual(['plant-north'])
  expect(await names({ parentGroup: 'plant', recursive: true })).toEqual(['plant-north', 'hall'])
  await expectRefusal(names({ parentGroup: 'none' }), ResourceNotFoundException, 404)
})

test('the groups of a thing are those that it was put into', async () => {
  const { iot, group } = await open()
  await group('plant')
  await group('north', 'plant')
  await group('canary')
  for (const thingGroupName of ['canary', 'north'])
    await iot.send(new AddThingToThingGroupCommand({ thingGroupName, thingName: 'thing-0' }))
  const groupsOf = async (thingName: string) =>
    (await iot.send(new ListThingGroupsForThingCommand({ thingName }))).thingGroups
  expect(await groupsOf('thing-0')).toEqual([
    { groupName: 'north', groupArn: arn('thinggroup', 'north') },
    { groupName: 'canary', groupArn: arn('thinggroup', 'canary') },
  ])
  expect(await groupsOf('thing-1')).toEqual([])
  await expectRefusal(groupsOf('none'), ResourceNotFoundException, 404)
})

test('a certificate is described, and listed with its things and policies', async () => {
  const { iot, policy, certificate } = await open()
  const [first, second] = [await certificate(), await certificate()]
  await policy('all')
  await policy('some')
  for (const policyName of ['all', 'some'])
    await iot.send(new AttachPolicyCommand({ policyName, target: first.arn }))
  for (const thingName of ['thing-1', 'thing-0'])
    await iot.send(new AttachThingPrincipalCommand({ thingName, principal: first.arn }))

  const described = await iot.send(new DescribeCertificateCommand({ certificateId: first.id }))
  const { creationDate, validity, ...shown } = described.certificateDescription ?? {}
  expect(shown).toMatchObject({
    certificateId: first.id,
    status: 'ACTIVE',
    certificatePem: first.pem,
  })
  expect(creationDate?.getTime()).toBeGreaterThan(Date.now() - 60_000)
  expect(validity?.notAfter?.getUTCFullYear()).toBe(2049)

  const listed = await iot.send(new ListCertificatesCommand({ pageSize: 1 }))
  expect(listed.certificates?.map(({ certificateId }) => certificateId)).toEqual([first.id])
  const rest = await iot.send(new ListCertificatesCommand({ marker: listed.nextMarker ?? '' }))
  expect(rest.certificates?.map(({ certificateId }) => certificateId)).toEqual([second.id])
  expect(rest.nextMarker).toBeUndefined()

  const { things } = await iot.send(new ListPrincipalThingsCommand({ principal: first.arn }))
  expect(things).toEqual(['thing-0', 'thing-1'])
  const attached = await iot.send(new ListAttachedPoliciesCommand({ target: first.arn }))
  expect(attached.policies?.map(({ policyName }) => policyName)).toEqual(['all', 'some'])
  const { targets } = await iot.send(new ListTargetsForPolicyCommand({ policyName: 'all' }))
  expect(targets).toEqual([first.arn])
  const unknown = new DescribeCertificateCommand({ certificateId: 'a'.repeat(64) })
  await expectRefusal(iot.send(unknown), ResourceNotFoundException, 404)
})

test('what is detached between two pages takes nothing from the second', async () => {
  const { iot, policy, certificate } = await open()
  const targets = [(await certificate()).arn, (await certificate()).arn, (await certificate()).arn]
  const [target = ''] = targets
  const names = ['one', 'two', 'three']
  for (const name of names) await policy(name)
  const attach = (policyName: string, to: string) =>
    iot.send(new AttachPolicyCommand({ policyName, target: to }))
  // The first target is the last that the policy is attached to.
  for (const to of [...targets].reverse()) await attach('one', to)
  for (const name of names) await attach(name, target)

  const policiesAfter = async (marker?: string) => {
    const input = { target, pageSize: marker === undefined ? 2 : 10, marker }
    const { policies, nextMarker } = await iot.send(new ListAttachedPoliciesCommand(input))
    return { names: policies?.map(({ policyName }) => policyName), nextMarker }
  }
  const targetsAfter = async (marker?: string) => {
    const input = { policyName: 'one', pageSize: marker === undefined ? 2 : 10, marker }
    return iot.send(new ListTargetsForPolicyCommand(input))
  }
  const [held, holders] = [await policiesAfter(), await targetsAfter()]
  expect(held.names).toEqual(['one', 'two'])
  expect(holders.targets).toEqual([targets[2], targets[1]])
  await iot.send(new DetachPolicyCommand({ policyName: 'two', target }))
  await iot.send(new DetachPolicyCommand({ policyName: 'one', target: targets[2] ?? '' }))
  expect((await policiesAfter(held.nextMarker)).names).toEqual(['three'])
  expect((await targetsAfter(holders.nextMarker)).targets).toEqual([target])
})

test('policies are shown, and listed in the order of creation or against it', async () => {
  const { iot, policy } = await open()
  for (const name of ['one', 'two', 'three']) await policy(name)
  const shown = await iot.send(new GetPolicyCommand({ policyName: 'two' }))
  expect(shown).toMatchObject({ policyName: 'two', policyDocument, defaultVersionId: '1' })
  const names = async (input: { ascendingOrder?: boolean; marker?: string; pageSize?: number }) => {
    const { policies, nextMarker } = await iot.send(new ListPoliciesCommand(input))
    return { names: policies?.map(({ policyName }) => policyName), nextMarker }
  }
  expect((await names({})).names).toEqual(['one', 'two', 'three'])
  const last = await names({ ascendingOrder: false, pageSize: 2 })
  expect(last.names).toEqual(['three', 'two'])
  const first = await names({ ascendingOrder: false, marker: last.nextMarker ?? '' })
  expect(first.names).toEqual(['one'])
  await expectRefusal(
    iot.send(new GetPolicyCommand({ policyName: 'none' })),
    ResourceNotFoundException,
    404,
  )
})
