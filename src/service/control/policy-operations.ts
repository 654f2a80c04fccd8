import { objectOf } from '../../protocol/answer-json.ts'
import { arnOf, readArn } from './arns.ts'
import type { CertificateStore } from './certificate-store.ts'
import { type ControlCall, done, type Handlers, type Outcome } from './control-call.ts'
import { alreadyExists, notFound, refusal } from './exceptions.ts'
import { readTags } from './group-operations.ts'
import type { GroupRegistry } from './group-registry.ts'
import type { PolicyStore } from './policy-store.ts'

const POLICY_NAME = { max: 128, pattern: /^[\w+=,.@-]+$/ }
/** Characters that are no white space (protocol 5.3). */
const DOCUMENT_MAX = 2_048
const POLICIES_OF_TARGET_MAX = 10

export function policyOperations(
  policies: PolicyStore,
  certificates: CertificateStore,
  groups: GroupRegistry,
): Handlers {
  return {
    CreatePolicy: (call) => createPolicy(policies, call),
    DeletePolicy: (call) => deletePolicy(policies, call),
    AttachPolicy: (call) => attachPolicy(policies, certificates, groups, call),
    DetachPolicy: (call) => {
      const policyName = readName(call)
      const target = readTarget(call)
      if (call.checks.failed) return call.checks.refusal()
      policies.detach(policyName, target)
      return done()
    },
  }
}

function createPolicy(policies: PolicyStore, call: ControlCall): Outcome {
  const policyName = readName(call)
  const document = call.checks.neededText(call.members.policyDocument, 'policyDocument', {
    min: 0,
    max: 404_600,
  })
  readTags(call)
  if (call.checks.failed) return call.checks.refusal()
  const policyArn = arnOf(call.region, 'policy', policyName)
  if (policies.find(policyName) !== undefined) return alreadyExists('Policy', policyName, policyArn)
  const problem = documentProblem(document)
  if (problem !== undefined) return refusal('MalformedPolicyException', problem)
  policies.add({ name: policyName, document, createdUs: call.nowUs })
  return done({ policyName, policyArn, policyDocument: document, policyVersionId: '1' })
}

function documentProblem(document: string): string | undefined {
  if (document.replaceAll(/\s/g, '').length > DOCUMENT_MAX)
    return `Policy document is Malformed: longer than ${DOCUMENT_MAX} characters without white space`
  const members = objectOf(document)
  if (members === undefined) return 'Policy document is Malformed: not a JSON object'
  const { Statement: statement } = members
  const statements = Array.isArray(statement) ? statement : [statement]
  const whole = statements.every(
    (row) => typeof row === 'object' && row !== null && 'Effect' in row && 'Action' in row,
  )
  return whole ? undefined : 'Policy document is Malformed: a statement needs Effect and Action'
}

function deletePolicy(policies: PolicyStore, call: ControlCall): Outcome {
  const policyName = readName(call)
  if (call.checks.failed) return call.checks.refusal()
  if (policies.find(policyName) === undefined) return notFound('Policy', policyName)
  if (policies.isAttached(policyName))
    return refusal(
      'DeleteConflictException',
      `The policy cannot be deleted as the policy is attached to one or more principals (name=${policyName})`,
    )
  policies.delete(policyName)
  return done()
}

function attachPolicy(
  policies: PolicyStore,
  certificates: CertificateStore,
  groups: GroupRegistry,
  call: ControlCall,
): Outcome {
  const policyName = readName(call)
  const target = readTarget(call)
  if (call.checks.failed) return call.checks.refusal()
  if (policies.find(policyName) === undefined) return notFound('Policy', policyName)
  const [kind, name = ''] = target.split('/', 2)
  const holder = kind === 'cert' ? certificates.find(name) : groups.find(name)
  if (holder === undefined) return notFound('Target', target)
  const attached = policies.attachedTo(target)
  const isAttached = attached.some(({ name }) => name === policyName)
  if (!isAttached && attached.length >= POLICIES_OF_TARGET_MAX)
    return refusal(
      'LimitExceededException',
      `The maximum number of policies of a target is ${POLICIES_OF_TARGET_MAX}`,
    )
  policies.attach(policyName, target)
  return done()
}

function readName({ path, checks }: ControlCall): string {
  return checks.neededText(path.policyName, 'policyName', POLICY_NAME)
}

/** @returns `cert/<id>` or `thinggroup/<name>`. */
function readTarget({ members, checks }: ControlCall): string {
  const target = checks.text(members.target, 'target', { max: 2_048, needed: true })
  if (target === undefined) return ''
  const arn = readArn(target)
  if (arn?.kind === 'cert' || arn?.kind === 'thinggroup') return `${arn.kind}/${arn.name}`
  checks.add(target, 'target', 'Member must be the ARN of a certificate or of a thing group')
  return ''
}
