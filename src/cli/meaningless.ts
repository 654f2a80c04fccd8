import type { Argv } from 'yargs'
import { ShakedownError } from '../errors.ts'

/** Options of other commands that somebody may well try here: why each means nothing, and the cure. */
export interface Meaningless {
  /** As in "means nothing in …". */
  readonly where: string
  readonly options: Readonly<Record<string, readonly [why: string, cure: string]>>
}

const NO_CERTIFICATE = [
  'nothing is sent, so nobody is asked for a certificate',
  'Leave it out; it belongs to a run against a service.',
] as const

const CERTIFICATES = { cert: NO_CERTIFICATE, key: NO_CERTIFICATE, ca: NO_CERTIFICATE }

export const IN_VIRTUAL_TIME: Meaningless = {
  where: 'virtual time',
  options: {
    ...CERTIFICATES,
    target: ['nothing is sent', 'Leave it out, or use `shakedown run --target` to load a service.'],
    workers: ['one thread does all', 'Leave it out; the result does not depend on the machine.'],
    only: [
      'a thing alone would meet no throttling',
      'Leave it out; `shakedown run --only` plays single things of a run again.',
    ],
  },
}

export const IN_A_PLAN: Meaningless = {
  where: 'a plan',
  options: {
    ...CERTIFICATES,
    target: [
      'nothing is sent, and the quotas are those of the scenario',
      'Leave it out, and give the quotas of the account with --set service.quotas=….',
    ],
    calibrate: [
      'it has the latency of the scenario',
      'Use `shakedown simulate --calibrate`, or --set service.latency=….',
    ],
  },
}

export const IN_VERIFY: Meaningless = {
  where: 'verify',
  options: {
    ...CERTIFICATES,
    target: ['it compares with a stand-in of its own', 'Leave it out.'],
    workers: ['its small runs have one worker', 'Leave it out.'],
    things: [
      'it chooses three small sizes itself',
      'Leave it out; --set fleet.things=100 gives it a smaller fleet to choose from.',
    ],
    seeds: ['it takes one seed', 'Use --seed, and call it again for another one.'],
    out: ['it keeps no run folder', 'Leave it out; the table goes to the terminal.'],
  },
}

/** Takes the options, so that they can be refused with a reason, and shows them in no help. */
export function hiding<Options>(yargs: Argv<Options>, { options }: Meaningless): Argv<Options> {
  for (const name of Object.keys(options)) yargs.option(name, { hidden: true })
  return yargs
}

/** @throws ShakedownError USAGE */
export function refuseMeaningless(given: object, { where, options }: Meaningless): void {
  for (const [name, [why, hint]] of Object.entries(options)) {
    if ((given as Record<string, unknown>)[name] === undefined) continue
    throw new ShakedownError('USAGE', `--${name} means nothing in ${where}: ${why}.`, { hint })
  }
}
