import { ShakedownError } from '../errors.ts'

/**
 * What the system says of a process that it would not make, for the person at the terminal.
 * @param what at the beginning of a sentence: `The stand-in`.
 * @returns the error itself where the system has no part in it.
 */
export function startRefused(what: string, error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === undefined) return error
  const why = REASONS[code] ?? message
  return new ShakedownError(
    'MACHINE_TOO_SMALL',
    `${what} cannot be started as a process: ${why}.`,
    { hint: CURES[code] ?? 'Let Node start processes of its own here.', cause: error },
  )
}

const REASONS: Readonly<Record<string, string>> = {
  EAGAIN: 'no more processes or threads are allowed',
  ENOMEM: 'there is no memory left',
  EMFILE: 'no descriptor is left',
  ENFILE: 'the system has no descriptor left',
  EACCES: 'that is not allowed',
  EPERM: 'that is not allowed',
  ERR_ACCESS_DENIED: 'Node’s permission model does not allow it',
}

const MORE_DESCRIPTORS = 'Raise the limit of open files (ulimit -n).'
const CURES: Readonly<Record<string, string>> = {
  EAGAIN:
    'Raise the limit of processes (ulimit -u; TasksMax= in systemd; docker run --pids-limit).',
  ENOMEM: 'Free memory, or raise its limit.',
  EMFILE: MORE_DESCRIPTORS,
  ENFILE: MORE_DESCRIPTORS,
  ERR_ACCESS_DENIED:
    'Take the permission model away, or add --allow-child-process and --allow-worker.',
}
