import { existsSync } from 'node:fs'
import { type Browser, chromium, type Page } from 'playwright-core'

const EXECUTABLE = '/usr/bin/chromium'

/** Quiet and alone: no profile of a person, no request of the browser's own. */
const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/**
 * Whether browser tests run here. Without Chromium they are skipped, and say so; where `CI` is `true`
 * they are not skipped, so that a missing browser fails there and nothing goes unseen.
 */
export function browserHere(): boolean {
  if (existsSync(EXECUTABLE) || process.env.CI === 'true') return true
  console.warn(`\n  SKIPPED: browser tests, because there is no ${EXECUTABLE}\n`)
  return false
}

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: EXECUTABLE, args: ARGUMENTS, timeout: 30_000 })
}

export interface WatchedPage {
  readonly page: Page
  /** Errors and warnings of the console, and errors nobody caught. */
  readonly complaints: readonly string[]
  /** Addresses the page asked for, itself included. */
  readonly requests: readonly string[]
}

/** A new page whose complaints and requests are kept from its first moment. */
export async function watchedPage(
  browser: Browser,
  options: Parameters<Browser['newPage']>[0] = {},
): Promise<WatchedPage> {
  const page = await browser.newPage(options)
  const complaints: string[] = []
  const requests: string[] = []
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('request', (request) => requests.push(request.url()))
  return { page, complaints, requests }
}
