import { isUtf8 } from 'node:buffer'
import { ShakedownError } from '../errors.ts'

const LINE_END = 0x0a
const CURE = 'Save the file as UTF-8; iconv -f <encoding> -t UTF-8 does it as well.'

/**
 * The text of a scenario file. Bytes of another encoding would be read as �, and things be named and jobs
 * be sent with it.
 * @throws ShakedownError SCENARIO_INVALID with the place of the first such byte.
 */
export function decodedText(fileName: string, bytes: Buffer): string {
  const text = bytes.toString('utf8')
  if (isUtf8(bytes)) return text
  const [first = 0, second = 0] = bytes
  const isUtf16 = Math.min(first, second) === 0xfe && Math.max(first, second) === 0xff
  throw new ShakedownError(
    'SCENARIO_INVALID',
    isUtf16
      ? `${fileName} cannot be read: it is UTF-16 and not UTF-8.`
      : `${fileName} cannot be read: ${firstStranger(bytes, text)}.`,
    { hint: CURE },
  )
}

function firstStranger(bytes: Buffer, text: string): string {
  const again = Buffer.from(text)
  let at = 0
  while (again[at] === bytes[at]) at += 1
  const lineAt = at === 0 ? 0 : bytes.lastIndexOf(LINE_END, at - 1) + 1
  const before = bytes.subarray(0, lineAt).toString('latin1')
  const line = before.split('\n').length
  const column = bytes.subarray(lineAt, at).toString('utf8').length + 1
  const byte = (bytes[at] ?? 0).toString(16).toUpperCase().padStart(2, '0')
  return `line ${line}, column ${column} has the byte ${byte}, which is not UTF-8`
}
