/** The few pieces of DER (X.690) that a certificate (RFC 5280) is made of. */

export const NULL = Buffer.from([0x05, 0x00])
/** 1.2.840.113549.1.1.11 */
export const SHA256_WITH_RSA = Buffer.from('06092a864886f70d01010b', 'hex')
/** `[0] INTEGER 2`, which means version 3. */
export const VERSION_3 = Buffer.from('a003020102', 'hex')

export function sequence(...parts: readonly Buffer[]): Buffer {
  return element(0x30, Buffer.concat(parts))
}

export function bitString(bytes: Buffer): Buffer {
  return element(0x03, Buffer.concat([Buffer.from([0]), bytes]))
}

/** The bytes with the first bit cleared, and the second set so that no leading zero is left. */
export function positiveInteger(bytes: Buffer): Buffer {
  const magnitude = Buffer.from(bytes)
  magnitude[0] = ((magnitude[0] ?? 0) & 0x7f) | 0x40
  return element(0x02, magnitude)
}

/** To the second; for the years 1950 to 2049. */
export function utcTime(date: Date): Buffer {
  const digits = date.toISOString().replace(/\.\d+|[-:T]/g, '')
  return element(0x17, Buffer.from(digits.slice(2), 'ascii'))
}

const ATTRIBUTE_TYPES = {
  commonName: '0603550403',
  organization: '060355040a',
  organizationalUnit: '060355040b',
} as const

export function name(attributes: Partial<Record<keyof typeof ATTRIBUTE_TYPES, string>>): Buffer {
  const parts = Object.entries(attributes).map(([attribute, text]) => {
    const type = Buffer.from(ATTRIBUTE_TYPES[attribute as keyof typeof ATTRIBUTE_TYPES], 'hex')
    return element(0x31, sequence(type, element(0x0c, Buffer.from(text, 'utf8'))))
  })
  return sequence(...parts)
}

function element(tag: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content])
}

function lengthOf(bytes: number): Buffer {
  if (bytes < 0x80) return Buffer.from([bytes])
  if (bytes < 0x100) return Buffer.from([0x81, bytes])
  return Buffer.from([0x82, bytes >> 8, bytes & 0xff])
}
