import { createPublicKey, sign, verify, X509Certificate } from 'node:crypto'
import {
  AttachPolicyCommand,
  AttachThingPrincipalCommand,
  CertificateStateException,
  CertificateValidationException,
  CreateKeysAndCertificateCommand,
  CreatePolicyCommand,
  CreateThingGroupCommand,
  DeleteCertificateCommand,
  DeleteConflictException,
  DeletePolicyCommand,
  DeleteThingCommand,
  DetachPolicyCommand,
  DetachThingPrincipalCommand,
  InvalidRequestException,
  type IoTClient,
  LimitExceededException,
  ListThingPrincipalsCommand,
  MalformedPolicyException,
  RegisterCertificateCommand,
  RegisterCertificateWithoutCACommand,
  ResourceAlreadyExistsException,
  ResourceNotFoundException,
  UpdateCertificateCommand,
} from '@aws-sdk/client-iot'
import { expect, test } from 'vitest'
import { arn, awsClients, expectRefusal } from './aws-clients.ts'
import { openStandIn } from './stand-in-fixture.ts'
import { CERTIFICATE } from './test-certificate.ts'

const POLICY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'iot:*', Resource: '*' }],
})

const keysOf = (iot: IoTClient, setAsActive = false) =>
  iot.send(new CreateKeysAndCertificateCommand({ setAsActive }))

async function activate(iot: IoTClient, certificateId: string, newStatus: 'ACTIVE' | 'INACTIVE') {
  await iot.send(new UpdateCertificateCommand({ certificateId, newStatus }))
}

test('C20 keys and certificate belong together, and the id is the certificate’s fingerprint', async () => {
  const { iot } = awsClients(await openStandIn())
  const made = await keysOf(iot, true)
  const { PublicKey = '', PrivateKey = '' } = made.keyPair ?? {}
  const certificate = new X509Certificate(made.certificatePem ?? '')
  expect(made.certificateId).toMatch(/^[0-9a-f]{64}$/)
  expect(certificate.fingerprint256.replaceAll(':', '').toLowerCase()).toBe(made.certificateId)
  expect(made.certificateArn).toMatch(`:cert/${made.certificateId}`)
  const signature = sign('sha256', Buffer.from('hello'), PrivateKey)
  expect(verify('sha256', Buffer.from('hello'), PublicKey, signature)).toBe(true)
  expect(certificate.publicKey.equals(createPublicKey(PublicKey))).toBe(true)
  expect(certificate.verify(certificate.publicKey)).toBe(true)
  expect(certificate.subject).toBe('CN=AWS IoT Certificate')
  expect(new Date(certificate.validFrom).getTime()).toBeLessThanOrEqual(Date.now())
  expect(new Date(certificate.validTo).getUTCFullYear()).toBe(2049)
  expect((await keysOf(iot)).certificateId).not.toBe(made.certificateId)
})

test('C22 an active certificate is not deleted, nor is one attached to a thing or a policy', async () => {
  const { iot } = awsClients(await openStandIn())
  const { certificateId = '', certificateArn = '' } = await keysOf(iot, true)
  const thing = { thingName: 'thing-0', principal: certificateArn }
  const policy = { policyName: 'all', target: certificateArn }
  await iot.send(new CreatePolicyCommand({ policyName: 'all', policyDocument: POLICY }))
  await iot.send(new AttachThingPrincipalCommand(thing))
  await iot.send(new AttachPolicyCommand(policy))

  const remove = () => iot.send(new DeleteCertificateCommand({ certificateId }))
  await expectRefusal(remove(), CertificateStateException, 406)
  await activate(iot, certificateId, 'INACTIVE')
  await expectRefusal(remove(), DeleteConflictException, 409)
  await iot.send(new DetachThingPrincipalCommand(thing))
  await expectRefusal(remove(), DeleteConflictException, 409)
  await iot.send(new DetachPolicyCommand(policy))
  expect(await remove()).toMatchObject({ $metadata: { httpStatusCode: 200 } })
  await expectRefusal(remove(), ResourceNotFoundException, 404)
})

test('a forced deletion overlooks policies, and nothing else', async () => {
  const { iot } = awsClients(await openStandIn())
  const { certificateId = '', certificateArn: target } = await keysOf(iot)
  await iot.send(new CreatePolicyCommand({ policyName: 'all', policyDocument: POLICY }))
  await iot.send(new AttachPolicyCommand({ policyName: 'all', target }))
  await activate(iot, certificateId, 'ACTIVE')
  const force = () => iot.send(new DeleteCertificateCommand({ certificateId, forceDelete: true }))
  await expectRefusal(force(), CertificateStateException, 406)
  await activate(iot, certificateId, 'INACTIVE')
  await force()
  await iot.send(new DeletePolicyCommand({ policyName: 'all' }))
})

test('a certificate from outside is registered once, and only if it is one', async () => {
  const { iot } = awsClients(await openStandIn())
  const id = new X509Certificate(CERTIFICATE).fingerprint256.replaceAll(':', '').toLowerCase()
  const register = (certificatePem: string) =>
    iot.send(new RegisterCertificateWithoutCACommand({ certificatePem, status: 'ACTIVE' }))
  expect(await register(CERTIFICATE)).toMatchObject({ certificateId: id })
  const again = { resourceId: id }
  await expectRefusal(register(CERTIFICATE), ResourceAlreadyExistsException, 409, again)
  await expectRefusal(
    iot.send(new RegisterCertificateCommand({ certificatePem: CERTIFICATE, setAsActive: true })),
    ResourceAlreadyExistsException,
    409,
  )
  await expectRefusal(register('nonsense'), CertificateValidationException, 400)
  await expectRefusal(
    iot.send(new DeleteCertificateCommand({ certificateId: id })),
    CertificateStateException,
    406,
  )
})

test('principals are attached, listed and detached, and hold their thing', async () => {
  const { iot } = awsClients(await openStandIn())
  const { certificateArn: first = '' } = await keysOf(iot)
  const { certificateArn: second = '' } = await keysOf(iot)
  const thingName = 'thing-0'
  const attach = (principal: string, more = {}) =>
    iot.send(new AttachThingPrincipalCommand({ thingName, principal, ...more }))
  await attach(first)
  await attach(first)
  await attach(second)
  const list = () => iot.send(new ListThingPrincipalsCommand({ thingName }))
  expect((await list()).principals).toEqual([first, second])
  await expectRefusal(iot.send(new DeleteThingCommand({ thingName })), InvalidRequestException, 400)
  for (const principal of [first, second])
    await iot.send(new DetachThingPrincipalCommand({ thingName, principal }))
  expect((await list()).principals).toEqual([])
  await iot.send(new DeleteThingCommand({ thingName }))

  const nobody = `${first.slice(0, -4)}0000`
  const elsewhere = new AttachThingPrincipalCommand({ thingName: 'thing-1', principal: nobody })
  await expectRefusal(iot.send(elsewhere), ResourceNotFoundException, 404)
  await expectRefusal(attach(first), ResourceNotFoundException, 404)
})

test('an exclusive principal has one thing', async () => {
  const { iot } = awsClients(await openStandIn())
  const { certificateArn: principal } = await keysOf(iot)
  const attach = (thingName: string) =>
    iot.send(
      new AttachThingPrincipalCommand({
        thingName,
        principal,
        thingPrincipalType: 'EXCLUSIVE_THING',
      }),
    )
  await attach('thing-0')
  await expectRefusal(attach('thing-1'), InvalidRequestException, 400)
})

test('a policy is kept as it came, and goes when nothing holds it', async () => {
  const { iot } = awsClients(await openStandIn())
  const policyName = 'a+b=c,d.e@f-g'
  const made = await iot.send(new CreatePolicyCommand({ policyName, policyDocument: POLICY }))
  expect(made).toMatchObject({ policyName, policyDocument: POLICY, policyVersionId: '1' })
  await expectRefusal(
    iot.send(new CreatePolicyCommand({ policyName, policyDocument: POLICY })),
    ResourceAlreadyExistsException,
    409,
  )
  await iot.send(new CreateThingGroupCommand({ thingGroupName: 'plant' }))
  const target = arn('thinggroup', 'plant')
  await iot.send(new AttachPolicyCommand({ policyName, target }))
  const remove = () => iot.send(new DeletePolicyCommand({ policyName }))
  await expectRefusal(remove(), DeleteConflictException, 409)
  await iot.send(new DetachPolicyCommand({ policyName, target }))
  await remove()
  await expectRefusal(remove(), ResourceNotFoundException, 404)
  await expectRefusal(
    iot.send(new AttachPolicyCommand({ policyName, target })),
    ResourceNotFoundException,
    404,
  )
})

test.each([
  ['no JSON', 'nope'],
  ['a list', '[]'],
  ['no statement', '{"Version":"2012-10-17"}'],
  ['longer than 2,048 characters', JSON.stringify({ Statement: [], x: 'x'.repeat(2_048) })],
])('a policy document that is %s is malformed', async (_, policyDocument) => {
  const { iot } = awsClients(await openStandIn())
  const refused = iot.send(new CreatePolicyCommand({ policyName: 'bad', policyDocument }))
  await expectRefusal(refused, MalformedPolicyException, 400)
})

test('a certificate takes ten policies', async () => {
  const { iot } = awsClients(await openStandIn())
  const { certificateArn: target } = await keysOf(iot)
  const attach = async (policyName: string) => {
    await iot.send(new CreatePolicyCommand({ policyName, policyDocument: POLICY }))
    await iot.send(new AttachPolicyCommand({ policyName, target }))
  }
  for (let policy = 0; policy < 10; policy++) await attach(`policy-${policy}`)
  await expectRefusal(attach('policy-10'), LimitExceededException, 410)
})
