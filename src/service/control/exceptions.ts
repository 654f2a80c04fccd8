/** The control plane's exceptions and their HTTP statuses (protocol 4.1). */
const STATUS_OF = {
  InvalidRequestException: 400,
  SerializationException: 400,
  ThrottlingException: 400,
  MalformedPolicyException: 400,
  CertificateValidationException: 400,
  ResourceNotFoundException: 404,
  UnknownOperationException: 404,
  CertificateStateException: 406,
  ResourceAlreadyExistsException: 409,
  VersionConflictException: 409,
  InvalidStateTransitionException: 409,
  DeleteConflictException: 409,
  CertificateConflictException: 409,
  LimitExceededException: 410,
} as const

export type ExceptionName = keyof typeof STATUS_OF

/** A refusal, as a value: the caller's mistake or the account's limit, never a bug of ours. */
export interface Refusal {
  readonly kind: 'refused'
  readonly exception: ExceptionName
  readonly message: string
  /** More members of the body, such as `resourceId`. */
  readonly members?: Readonly<Record<string, string>>
}

export function refusal(
  exception: ExceptionName,
  message: string,
  members?: Refusal['members'],
): Refusal {
  return { kind: 'refused', exception, message, members }
}

export function statusOf(exception: ExceptionName): number {
  return STATUS_OF[exception]
}

export function notFound(what: string, name: string): Refusal {
  return refusal('ResourceNotFoundException', `${what} ${name} cannot be found.`)
}

export function alreadyExists(what: string, name: string, arn: string): Refusal {
  const members = { resourceId: name, resourceArn: arn }
  return refusal('ResourceAlreadyExistsException', `${what} ${name} already exists.`, members)
}

export function versionConflict(expected: number, found: number): Refusal {
  return refusal(
    'VersionConflictException',
    `Expected version ${expected} but found version ${found}.`,
  )
}
