import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A program of Debian's that the suites drive as anybody would. */
export interface Tool {
  readonly command: string
  /** The package to install. */
  readonly debianPackage: string
  /** Words that it answers when it is there. */
  readonly probe: readonly string[]
}

export const AWS: Tool = { command: 'aws', debianPackage: 'awscli', probe: ['--version'] }
export const MOSQUITTO: Tool = {
  command: 'mosquitto_pub',
  debianPackage: 'mosquitto-clients',
  probe: ['--help'],
}

/**
 * Whether the tool is there. Where it is not, its suite is skipped with a loud word; on the machine
 * of the project's checks that is a failure, because nobody would notice there.
 */
export function isMissing({ command, debianPackage, probe }: Tool): boolean {
  const { error, stdout, stderr } = spawnSync(command, [...probe], {
    encoding: 'utf8',
    timeout: 60_000,
  })
  const works = error === undefined && /aws-cli|mosquitto/.test(`${stdout}${stderr}`)
  if (works) return false
  const advice = `${command} is missing: apt-get install ${debianPackage}`
  if (process.env.CI === 'true') throw new Error(advice)
  console.error(`\n*** SKIPPED: ${advice} ***\n`)
  return true
}

export interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs to its end, whatever that is. */
export async function runTool(
  command: string,
  words: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<Ended> {
  const options = { env: { ...process.env, ...environment }, timeout: 60_000 }
  try {
    return { code: 0, ...(await run(command, [...words], options)) }
  } catch (error) {
    const { code, stdout = '', stderr = '' } = error as Partial<Ended>
    return { code: typeof code === 'number' ? code : -1, stdout, stderr }
  }
}
