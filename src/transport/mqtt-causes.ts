type MqttError = Error & { readonly code?: string | number }

/** What a link calls an error of the library, before and after the CONNACK. */
export function causeOf({ code, message }: MqttError, isOpen: boolean): string {
  if (typeof code === 'string') return code
  if (isOpen) return message === 'Keepalive timeout' ? 'keep-alive' : 'protocol-error'
  if (typeof code === 'number') return `connack-${code}`
  return message === 'connack timeout' ? 'timeout' : 'not-mqtt'
}

/** A packet that refuses or cannot be read is the end of all; what the socket or a timer says is not: what was
 *  read before it has a meaning. */
export function isEndOfAll({ code }: MqttError, cause: string): boolean {
  return cause === 'protocol-error' || cause === 'not-mqtt' || typeof code === 'number'
}
