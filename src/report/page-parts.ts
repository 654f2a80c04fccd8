import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

/** What each page of ours carries: the chart library, and the rule that nothing else runs. */

const require = createRequire(import.meta.url)

/** Nothing is loaded from anywhere, and no script runs but ours: its hash is named. */
export function contentPolicy(script: string): string {
  const hash = createHash('sha256').update(script).digest('base64')
  return `default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-${hash}'`
}

/** Read when a page is made, so that no copy of the library stands in our sources. */
export function uplotScript(): string {
  return readFileSync(require.resolve('uplot/dist/uPlot.iife.min.js'), 'utf8')
}

export function uplotStyle(): string {
  return readFileSync(require.resolve('uplot/dist/uPlot.min.css'), 'utf8')
}
