/** Names of things in an account. The stand-in is one account, in whatever Region it is asked. */
export const ACCOUNT_ID = '123456789012'

export type ArnKind = 'thing' | 'thinggroup' | 'job' | 'cert' | 'policy'

export function arnOf(region: string, kind: ArnKind, name: string): string {
  return `arn:aws:iot:${region}:${ACCOUNT_ID}:${kind}/${name}`
}

export interface Arn {
  readonly kind: string
  readonly name: string
}

/** Region and account may be any. @returns undefined for what is no ARN of this service. */
export function readArn(text: string): Arn | undefined {
  const [, kind, name] = /^arn:aws[\w-]*:iot:[\w-]*:\d*:([a-z]+)\/(.+)$/.exec(text) ?? []
  return kind === undefined || name === undefined ? undefined : { kind, name }
}
