import { type ChildProcess, fork } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { ServiceLedger } from '../protocol/admin.ts'
import type { StandInControl } from '../run/run-fleet.ts'
import { startRefused } from './child-failure.ts'
import { withoutSettings } from './environment.ts'
import { endOf, StandInChannel, standInLost } from './stand-in-channel.ts'

const MAIN = fileURLToPath(new URL('./main.js', import.meta.url))
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
 * @throws ShakedownError STAND_IN_LOST when it ends before it is ready, MACHINE_TOO_SMALL when the system
 *   makes no process for it.
 */
export async function startStandInProcess(scenarioFile: string): Promise<StandInProcess> {
  const child = forked(scenarioFile)
  // One that does not listen any more would outlive a run that does not wait for it.
  const kill = () => void child.kill('SIGKILL')
  process.once('exit', kill)
  child.once('exit', () => process.off('exit', kill))
  const addresses = await readyLine(child)
  const channel = new StandInChannel(child)
  return {
    addresses,
    pid: child.pid ?? 0,
    control: {
      begin: (atUs, t0Us) => channel.begin(atUs, t0Us),
      openExecutions: async () => (await channel.ask({ kind: 'open' }, 'open')).executions,
      ledger: async (): Promise<ServiceLedger> =>
        (await channel.ask({ kind: 'ledger' }, 'ledger')).ledger,
      coresUsed: () => channel.coresUsed,
      whenLost: (call) => channel.whenLost(call),
    },
    close: () => {
      channel.close()
      // Nothing that is silent hears that it is over.
      if (channel.isLost) kill()
      return closed(child)
    },
  }
}

/** @throws ShakedownError MACHINE_TOO_SMALL where Node may not start a process. */
function forked(scenarioFile: string): ChildProcess {
  try {
    return fork(MAIN, ['serve', scenarioFile, '--http', '0', '--mqtt', '0', '--parent'], {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      serialization: 'advanced',
      // A terminal's Ctrl-C is for the run alone, from the first moment of the stand-in on.
      detached: true,
      // What the environment sets stands in the scenario file already.
      env: withoutSettings(process.env),
    })
  } catch (error) {
    throw startRefused('The stand-in', error)
  }
}

function readyLine(child: ChildProcess): Promise<StandInProcess['addresses']> {
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => {
      child.kill('SIGKILL')
      reject(standInLost(`it was not ready within ${READY_LIMIT_MS / 1e3} s`))
    }, READY_LIMIT_MS)
    child.on('error', (error) => {
      clearTimeout(limit)
      reject(startRefused('The stand-in', error))
    })
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
