import { type ChildProcess, fork } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { ShakedownError } from '../errors.ts'
import type { FromStandIn, ServiceLedger, ToStandIn } from '../protocol/admin.ts'
import type { StandInControl } from '../run/run-fleet.ts'
import { withoutSettings } from './environment.ts'

const MAIN = fileURLToPath(new URL('./main.js', import.meta.url))
/** A stand-in that has not answered by then never will: the ledger of 100,000 things takes it well
 *  under a second, and it works off what came before in the same order. */
const ANSWER_LIMIT_MS = 20_000
const READY_LIMIT_MS = 60_000

export interface StandInProcess {
  readonly addresses: { readonly mqtt: string; readonly http: string }
  readonly control: StandInControl
  readonly pid: number
  close(): Promise<void>
}

/**
 * The stand-in in a process of its own, so that its processor time and descriptors are not the
 * generator's. It ends when the channel to us closes, however we end.
 * @throws ShakedownError STAND_IN_LOST when it ends before it is ready.
 */
export async function startStandInProcess(scenarioFile: string): Promise<StandInProcess> {
  const child = fork(MAIN, ['serve', scenarioFile, '--http', '0', '--mqtt', '0', '--parent'], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    serialization: 'advanced',
    // A terminal's Ctrl-C is for the run alone, from the first moment of the stand-in on.
    detached: true,
    // What the environment sets stands in the scenario file already.
    env: withoutSettings(process.env),
  })
  // One that does not listen any more would outlive a run that does not wait for it.
  const kill = () => void child.kill('SIGKILL')
  process.once('exit', kill)
  child.once('exit', () => process.off('exit', kill))
  const addresses = await readyLine(child)
  const channel = new Channel(child)
  return {
    addresses,
    pid: child.pid ?? 0,
    control: {
      begin: async (atUs, t0Us) => void (await channel.ask({ kind: 'begin', atUs, t0Us }, 'begun')),
      openExecutions: async () => (await channel.ask({ kind: 'open' }, 'open')).executions,
      ledger: async (): Promise<ServiceLedger> =>
        (await channel.ask({ kind: 'ledger' }, 'ledger')).ledger,
      whenLost: (call) => void child.once('exit', (code, signal) => call(endOf(code, signal))),
    },
    close: () => closed(child),
  }
}

/** Pairs what we ask with what comes back; one question of a kind at a time. */
class Channel {
  readonly #child: ChildProcess

  constructor(child: ChildProcess) {
    this.#child = child
  }

  ask<Kind extends FromStandIn['kind']>(
    question: ToStandIn,
    kind: Kind,
  ): Promise<Extract<FromStandIn, { kind: Kind }>> {
    return new Promise((resolve, reject) => {
      const child = this.#child
      const settle = (act: () => void) => {
        clearTimeout(limit)
        child.off('message', hear)
        child.off('exit', lost)
        act()
      }
      const hear = (message: unknown) => {
        const told = message as FromStandIn
        if (told.kind === kind) settle(() => resolve(told as Extract<FromStandIn, { kind: Kind }>))
      }
      const lost = (code: number | null, signal: string | null) =>
        settle(() => reject(standInLost(endOf(code, signal))))
      const limit = setTimeout(
        () =>
          settle(() => reject(standInLost(`it has not answered for ${ANSWER_LIMIT_MS / 1e3} s`))),
        ANSWER_LIMIT_MS,
      )
      if (!child.connected) return lost(child.exitCode, child.signalCode)
      child.on('message', hear)
      child.on('exit', lost)
      child.send(question, (error) => {
        if (error !== null) settle(() => reject(standInLost(error.message)))
      })
    })
  }
}

function readyLine(child: ChildProcess): Promise<StandInProcess['addresses']> {
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => {
      child.kill('SIGKILL')
      reject(standInLost(`it was not ready within ${READY_LIMIT_MS / 1e3} s`))
    }, READY_LIMIT_MS)
    child.on('error', reject)
    child.once('exit', (code, signal) => {
      clearTimeout(limit)
      reject(standInLost(endOf(code, signal)))
    })
    if (child.stdout === null) return reject(new TypeError('the stand-in has no standard output'))
    createInterface(child.stdout).on('line', (line) => {
      const [, addresses] = /^ready (\{.*\})$/.exec(line) ?? []
      if (addresses === undefined) return
      clearTimeout(limit)
      resolve(JSON.parse(addresses))
    })
  })
}

function closed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    const limit = setTimeout(() => child.kill('SIGKILL'), 5_000)
    child.once('exit', () => {
      clearTimeout(limit)
      resolve()
    })
    if (child.connected) child.disconnect()
  })
}

function endOf(code: number | null, signal: string | null): string {
  return signal === null ? `it ended with exit code ${code}` : `it was ended by ${signal}`
}

function standInLost(how: string): ShakedownError {
  return new ShakedownError('STAND_IN_LOST', `The stand-in is gone: ${how}.`, {
    hint: 'Its own messages stand above; with `shakedown serve <scenario>` it can be tried alone.',
  })
}
