/** What UpdateCertificate may set, and the register calls (protocol 4.2; service model). */
export const CERTIFICATE_STATUSES = [
  'ACTIVE',
  'INACTIVE',
  'REVOKED',
  'PENDING_TRANSFER',
  'REGISTER_INACTIVE',
  'PENDING_ACTIVATION',
] as const
export type CertificateStatus = (typeof CERTIFICATE_STATUSES)[number]

export interface Certificate {
  /** SHA-256 of the certificate, 64 hexadecimal digits. */
  readonly id: string
  readonly pem: string
  status: CertificateStatus
}

/** The certificates of the account. Keys are not kept: the service never shows them again. */
export class CertificateStore {
  readonly #certificates = new Map<string, Certificate>()

  find(id: string): Certificate | undefined {
    return this.#certificates.get(id)
  }

  add(certificate: Certificate): void {
    this.#certificates.set(certificate.id, certificate)
  }

  delete(id: string): void {
    this.#certificates.delete(id)
  }
}
