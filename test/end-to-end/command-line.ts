import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { childrenOf, commandOf } from './processes.ts'

export const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
export const SCENARIOS = fileURLToPath(new URL('../../scenarios', import.meta.url))

export interface Ended {
  readonly exitCode: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
}

export interface Started {
  readonly child: ChildProcess
  readonly pid: number
  readonly ended: Promise<Ended>
  /** What it has said on standard error so far. */
  stderr(): string
  stdout(): string
  /** Waits for something that only happens while it runs. */
  until<Found>(what: string, look: () => Found | undefined | false): Promise<Found>
}

export interface StartOptions {
  /** On top of the environment of the test, without the SHAKEDOWN_* of whoever runs it. */
  readonly env?: Readonly<Record<string, string>>
  readonly uid?: number
  readonly cwd?: string
  /** Where standard output goes instead of into the answer: an open file. */
  readonly stdout?: number
  /** On a terminal without a size, which hears what is written to standard input; Linux only. */
  readonly terminal?: boolean
}

/** What a run measures in its first second matters to few tests: they say so. */
const COLD = { SHAKEDOWN_WARM_UP: 'false' }
export const WARM = { SHAKEDOWN_WARM_UP: 'true' }

/** Runs the built command line as a person would, to its end; it is killed when the test is over. */
export function shakedown(...words: string[]): Promise<Ended> {
  return started(...words).ended
}

export function started(...words: string[]): Started {
  return startedWith({}, ...words)
}

export function startedWith(
  { env, terminal = false, stdout: file, ...options }: StartOptions,
  ...words: string[]
): Started {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('SHAKEDOWN_'))
  const command = [process.execPath, MAIN, ...words]
  // `exec`: a shell that stays between would hear Ctrl-C too and answer with a code of its own.
  const [program = '', ...rest] = terminal
    ? ['script', '-qec', `exec ${command.map((word) => `'${word}'`).join(' ')}`, '/dev/null']
    : command
  const child = spawn(program, rest, {
    stdio: [terminal ? 'pipe' : 'ignore', file ?? 'pipe', 'pipe'],
    env: { ...Object.fromEntries(own), ...COLD, ...env },
    ...options,
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', (chunk) => {
    stdout += chunk
  })
  child.stderr?.on('data', (chunk) => {
    stderr += chunk
  })
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (exitCode, signal) => resolve({ exitCode, signal, stdout, stderr }))
  })
  const isOver = () => child.exitCode !== null || child.signalCode !== null
  return {
    child,
    pid: child.pid ?? 0,
    ended,
    stdout: () => stdout,
    stderr: () => stderr,
    until: (what, look) =>
      until(what, () => {
        const found = look()
        if (!found && isOver()) throw new Error(`it ended before ${what}:\n${stdout}${stderr}`)
        return found
      }),
  }
}

/** The stand-in that a run has started, as soon as it is there. */
export async function standInOf(run: Started): Promise<number> {
  const find = () => childrenOf(run.pid).find((pid) => commandOf(pid).includes('--parent'))
  return run.until('the run starts its stand-in', find)
}

/**
 * Waits until it is so. On a busy machine this takes as long as it takes; the limit only keeps a test
 * that will never pass from hanging.
 */
export async function until<Found>(
  what: string,
  look: () => Found | undefined | false,
  limitMs = 60_000,
): Promise<Found> {
  const endMs = performance.now() + limitMs
  for (;;) {
    const found = look()
    if (found !== undefined && found !== false) return found
    if (performance.now() > endMs) throw new Error(`after ${limitMs} ms still not: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'shakedown-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A folder with the scenario in it, and the path of a run folder that does not exist yet. */
export function prepared(scenario: string): { file: string; out: string; folder: string } {
  const folder = temporaryFolder()
  const file = join(folder, 'scenario.yaml')
  writeFileSync(file, scenario)
  return { file, out: join(folder, 'run'), folder }
}
