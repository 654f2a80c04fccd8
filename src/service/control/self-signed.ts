import { createHash, generateKeyPair, randomBytes, sign, X509Certificate } from 'node:crypto'
import { promisify } from 'node:util'
import * as der from './der.ts'

export interface KeysAndCertificate {
  /** SHA-256 of the certificate, 64 hexadecimal digits. */
  readonly id: string
  readonly certificatePem: string
  readonly publicPem: string
  readonly privatePem: string
}

/** As AWS makes them. */
const MODULUS_BITS = 2_048
const SUBJECT = der.name({ commonName: 'AWS IoT Certificate' })
const ISSUER = der.name({ organization: 'shakedown', organizationalUnit: 'stand-in of AWS IoT' })
/** Of AWS's own certificates: to the end of 2049. */
const NOT_AFTER = der.utcTime(new Date('2049-12-31T23:59:59Z'))

const generate = promisify(generateKeyPair)

/** A new RSA key pair and a certificate of it that is signed by its own key. Takes about 100 ms. */
export async function createKeysAndCertificate(nowMs: number): Promise<KeysAndCertificate> {
  const { publicKey, privateKey } = await generate('rsa', { modulusLength: MODULUS_BITS })
  const algorithm = der.sequence(der.SHA256_WITH_RSA, der.NULL)
  const body = der.sequence(
    der.VERSION_3,
    der.positiveInteger(randomBytes(20)),
    algorithm,
    ISSUER,
    der.sequence(der.utcTime(new Date(nowMs)), NOT_AFTER),
    SUBJECT,
    publicKey.export({ type: 'spki', format: 'der' }),
  )
  const signature = sign('sha256', body, privateKey)
  const certificate = der.sequence(body, algorithm, der.bitString(signature))
  return {
    id: createHash('sha256').update(certificate).digest('hex'),
    certificatePem: pem(certificate),
    publicPem: publicKey.export({ type: 'spki', format: 'pem' }) as string,
    privatePem: privateKey.export({ type: 'pkcs1', format: 'pem' }) as string,
  }
}

/** @returns the id of a certificate from outside, or undefined when it is none. */
export function certificateIdOf(certificatePem: string): string | undefined {
  try {
    const { raw } = new X509Certificate(certificatePem)
    return createHash('sha256').update(raw).digest('hex')
  } catch {
    return undefined
  }
}

function pem(certificate: Buffer): string {
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}
