import { type ChildProcess, fork } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { ShakedownError } from '../errors.ts'
import type { FromStandIn, ServiceLedger, ToStandIn } from '../protocol/admin.ts'
import type { StandInControl } from '../run/run-fleet.ts'

const MAIN = fileURLToPath(new URL('./main.js', import.meta.url))
/** A stand-in that has not answered by then never will: it has nothing to wait for. */
const ANSWER_LIMIT_MS = 60_000

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
  })
  const addresses = await readyLine(child)
  const channel = new Channel(child)
  return {
    addresses,
    pid: child.pid ?? 0,
    control: {
      begin: async (atUs) => void (await channel.ask({ kind: 'begin', atUs }, 'begun')),
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
        () => settle(() => reject(standInLost(`it did not answer within ${ANSWER_LIMIT_MS} ms`))),
        ANSWER_LIMIT_MS,
      )
      if (!child.connected) return lost(child.exitCode, child.signalCode)
      child.on('message', hear)
      child.on('exit', lost)
      child.send(question)
    })
  }
}

function readyLine(child: ChildProcess): Promise<StandInProcess['addresses']> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => reject(standInLost(endOf(code, signal))))
    if (child.stdout === null) return reject(new TypeError('the stand-in has no standard output'))
    createInterface(child.stdout).on('line', (line) => {
      const [, addresses] = /^ready (\{.*\})$/.exec(line) ?? []
      if (addresses !== undefined) resolve(JSON.parse(addresses))
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
