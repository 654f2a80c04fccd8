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
  /** When it came into the account, as a time of the service. */
  readonly createdUs: number
  /** In the order in which they came, never used again. */
  readonly serial: number
  status: CertificateStatus
}

/** The certificates of the account. Keys are not kept: the service never shows them again. */
export class CertificateStore {
  readonly #certificates = new Map<string, Certificate>()
  #added = 0

  find(id: string): Certificate | undefined {
    return this.#certificates.get(id)
  }

  add(certificate: Omit<Certificate, 'serial'>): void {
    this.#added += 1
    this.#certificates.set(certificate.id, { ...certificate, serial: this.#added })
  }

  all(): Iterable<Certificate> {
    return this.#certificates.values()
  }

  delete(id: string): void {
    this.#certificates.delete(id)
  }
}
