import { arnOf } from './arns.ts'
import {
  CERTIFICATE_STATUSES,
  type Certificate,
  type CertificateStatus,
  type CertificateStore,
} from './certificate-store.ts'
import { type ControlCall, done, type Handlers, type Outcome } from './control-call.ts'
import { alreadyExists, notFound, refusal } from './exceptions.ts'
import type { PolicyStore } from './policy-store.ts'
import { certificateIdOf, createKeysAndCertificate } from './self-signed.ts'
import type { ThingRegistry } from './thing-registry.ts'

const PEM_TEXT = { max: 65_536 }
const ID = { min: 64, max: 64, pattern: /^(0x)?[a-fA-F0-9]+$/ }

/** What a certificate may be when it comes into the account. */
const FIRST_STATUSES = ['ACTIVE', 'INACTIVE'] as const

/** @param epochMs the wall clock. */
export function certificateOperations(
  certificates: CertificateStore,
  things: ThingRegistry,
  policies: PolicyStore,
  epochMs: (nowUs: number) => number,
): Handlers {
  return {
    CreateKeysAndCertificate: (call) => createKeys(certificates, epochMs(call.nowUs), call),
    RegisterCertificate: (call) => {
      const active = call.queryFlag('setAsActive')
      call.checks.text(call.members.caCertificatePem, 'caCertificatePem', PEM_TEXT)
      return register(certificates, active ? 'ACTIVE' : 'INACTIVE', call)
    },
    RegisterCertificateWithoutCA: (call) => register(certificates, 'INACTIVE', call),
    UpdateCertificate: (call) => updateCertificate(certificates, call),
    DeleteCertificate: (call) => deleteCertificate(certificates, things, policies, call),
  }
}

async function createKeys(
  certificates: CertificateStore,
  nowMs: number,
  call: ControlCall,
): Promise<Outcome> {
  const status = call.queryFlag('setAsActive') ? 'ACTIVE' : 'INACTIVE'
  if (call.checks.failed) return call.checks.refusal()
  const { id, certificatePem, publicPem, privatePem } = await createKeysAndCertificate(nowMs)
  certificates.add({ id, pem: certificatePem, status, createdUs: call.nowUs })
  return done({
    ...shown(id, call.region),
    certificatePem,
    keyPair: { PublicKey: publicPem, PrivateKey: privatePem },
  })
}

function register(
  certificates: CertificateStore,
  status: CertificateStatus,
  call: ControlCall,
): Outcome {
  const { checks, members, region } = call
  const pem = checks.neededText(members.certificatePem, 'certificatePem', PEM_TEXT)
  const given = checks.oneOf(members.status, 'status', FIRST_STATUSES)
  if (checks.failed) return checks.refusal()
  const id = certificateIdOf(pem)
  if (id === undefined)
    return refusal('CertificateValidationException', 'The certificate is not a valid X.509 PEM.')
  const answer = shown(id, region)
  if (certificates.find(id) !== undefined)
    return alreadyExists('Certificate', id, answer.certificateArn)
  certificates.add({ id, pem, status: given ?? status, createdUs: call.nowUs })
  return done(answer)
}

function shown(certificateId: string, region: string) {
  return { certificateArn: arnOf(region, 'cert', certificateId), certificateId }
}

function updateCertificate(certificates: CertificateStore, call: ControlCall): Outcome {
  const found = readCertificate(certificates, call)
  const status = call.queryWord('newStatus', CERTIFICATE_STATUSES)
  if (!call.query.has('newStatus')) call.checks.add(null, 'newStatus', 'Member must not be null')
  if (call.checks.failed) return call.checks.refusal()
  if ('kind' in found) return found
  // These are set by the service alone (UpdateCertificate, API reference).
  if (status === 'PENDING_TRANSFER' || status === 'PENDING_ACTIVATION')
    return refusal('InvalidRequestException', `A certificate cannot be set to ${status}.`)
  found.status = status ?? found.status
  return done()
}

function deleteCertificate(
  certificates: CertificateStore,
  things: ThingRegistry,
  policies: PolicyStore,
  call: ControlCall,
): Outcome {
  const forced = call.queryFlag('forceDelete')
  const found = readCertificate(certificates, call)
  if (call.checks.failed) return call.checks.refusal()
  if ('kind' in found) return found
  const { id, status } = found
  if (status === 'ACTIVE')
    return refusal(
      'CertificateStateException',
      `The certificate must be deactivated before it is deleted. CertificateId:${id}`,
    )
  if (things.holdersOf(id).size > 0)
    return refusal(
      'DeleteConflictException',
      `Things must be detached before deletion (arn: ${arnOf(call.region, 'cert', id)})`,
    )
  const target = targetOf(id)
  if (policies.attachedTo(target).length > 0 && !forced)
    return refusal(
      'DeleteConflictException',
      `Certificate policies must be detached before deletion (arn: ${arnOf(call.region, 'cert', id)})`,
    )
  policies.forgetTarget(target)
  certificates.delete(id)
  return done()
}

function readCertificate(
  certificates: CertificateStore,
  { path, checks }: ControlCall,
): Certificate | Outcome {
  const id = checks.neededText(path.certificateId, 'certificateId', ID)
  return certificates.find(id.toLowerCase()) ?? notFound('Certificate', id)
}

/** How policies name a certificate that they are attached to. */
function targetOf(certificateId: string): string {
  return `cert/${certificateId}`
}
