import { existsSync, readFileSync } from 'node:fs'

/** Of this program, as its package says. The package is above this file, however it was built. */
export const VERSION: string = JSON.parse(readFileSync(packageFile(), 'utf8')).version

function packageFile(): URL {
  let file = new URL('../package.json', import.meta.url)
  while (!existsSync(file) && file.pathname !== '/package.json') {
    file = new URL('../package.json', file)
  }
  return file
}
