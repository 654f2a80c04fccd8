import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { TimelineEvent } from '../../src/metrics/thing-timeline.ts'
import { htmlReport } from '../../src/report/html-report.ts'
import type { KeptTimeline, TimelineTotals } from '../../src/results/kept-timelines.ts'
import { exampleRun } from '../fixtures/example-run.ts'
import { browserHere, launchBrowser, watchedPage } from './chromium.ts'

const HOSTILE = `</script><script>window.broken = true</script><b id=hurt>"'&<!--`

/** An update that was throttled, waited, and was throttled again. */
function story(index: number, why: string, lengthMs = 1_000): KeptTimeline {
  const from = 5_000 + index
  const events: TimelineEvent[] = [
    { atMs: from + 1, what: 'ask', dueMs: from, planned: true },
    { atMs: from + 2, what: 'work', untilMs: from + lengthMs * 0.4 },
    {
      atMs: from + lengthMs * 0.5,
      what: 'end',
      operation: 'update',
      outcome: 'throttled',
      dueMs: from + lengthMs * 0.4,
      sentMs: from + lengthMs * 0.45,
    },
    { atMs: from + lengthMs * 0.5, what: 'wait', for: 'retry', untilMs: from + lengthMs * 0.8 },
    { atMs: from + lengthMs * 0.6, what: 'drop', cause: HOSTILE },
    { atMs: from + lengthMs, what: 'execution', event: 'stuck', job: HOSTILE, number: 3 },
  ]
  const thing = index === 0 ? HOSTILE : `thing-${index}`
  return { id: index, index, thing, worker: 0, why: [why], ended: true, leftOut: 0, events }
}

const TOTALS: TimelineTotals = {
  kept: 90,
  leftOut: 1_234,
  crowdedOut: 2,
  reasons: { 'update throttled': { kept: 80, leftOut: 1_234 }, stuck: { kept: 10, leftOut: 0 } },
}

describe.skipIf(!browserHere())('timelines in report.html', () => {
  let browser: Browser
  const folder = mkdtempSync(join(tmpdir(), 'shakedown-timelines-'))

  beforeAll(async () => {
    browser = await launchBrowser()
  })

  afterAll(async () => {
    await browser?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  async function open(timelines: readonly KeptTimeline[], width = 1_280) {
    const { summary, rows } = exampleRun()
    const file = join(folder, `${Math.round(performance.now() * 1_000)}.html`)
    const page = htmlReport({ ...summary, timelines: TOTALS }, rows, { text: '', timelines })
    writeFileSync(file, page)
    const watched = await watchedPage(browser, { viewport: { width, height: 900 } })
    onTestFinished(() => watched.page.close())
    await watched.page.goto(pathToFileURL(file).href)
    return watched
  }

  test('a few of every reason are shown, the worst first, and the files are named', async () => {
    const throttled = Array.from({ length: 80 }, (_, at) => story(at + 1, 'update throttled', at))
    const stuck = Array.from({ length: 3 }, (_, at) => story(at + 100, 'stuck'))
    const { page } = await open([...throttled, ...stuck])
    const why = await page.locator('.story .why').allTextContents()

    expect(why.filter((reason) => reason === 'stuck')).toHaveLength(3)
    expect(why.filter((reason) => reason === 'update throttled')).toHaveLength(37)
    expect(await page.locator('.story .thing').first().textContent()).toBe('thing-80')
    const lead = await page.locator('#timelines .lead').textContent()
    expect(lead).toContain('40 of 83')
    expect(lead).toContain('timelines.ndjson')
    expect(lead).toContain('trace.json')
  })

  test('what had no room is counted on the page', async () => {
    const { page } = await open([story(1, 'stuck')])
    const cells = (name: string) =>
      page.locator('#timelines tr', { hasText: name }).first().locator('td').allTextContents()

    expect(await cells('update throttled')).toEqual(['80', '1,234'])
    expect(await cells('too many busy things')).toEqual(['0', '2'])
  })

  test('the bars stand where and as long as their events', async () => {
    const { page } = await open([story(1, 'stuck')])
    const bars =
      await page.evaluate(`[...document.querySelectorAll('.story svg rect')].map((rect) => {
      const { x, width } = rect.getBoundingClientRect()
      const strip = rect.ownerSVGElement.getBoundingClientRect()
      const share = (value) => Math.round((value / strip.width) * 100)
      return [rect.getAttribute('class'), share(x - strip.x), share(width)]
    })`)

    expect(bars).toEqual([
      ['work', 0, 40],
      ['late', 40, 5],
      ['throttled', 45, 5],
      ['wait', 50, 30],
      ['failed', 60, 0],
    ])
  })

  test('a timeline opens to its events, and text from outside breaks nothing', async () => {
    const { page, complaints } = await open([story(0, HOSTILE)])
    await page.locator('.story summary').click()
    const rows = await page.locator('.story tbody tr').allTextContents()

    expect(rows[2]).toContain('update throttled')
    expect(rows[2]).toContain('response 100 ms, service 50.0 ms')
    expect(rows.at(-1)).toContain(`${HOSTILE}, number 3`)
    expect(await page.locator('.story .thing').textContent()).toBe(HOSTILE)
    expect(await page.evaluate('window.broken')).toBeUndefined()
    expect(await page.locator('#hurt').count()).toBe(0)
    expect(complaints).toEqual([])
  })

  test('on a phone nothing is wider than the screen', async () => {
    const { page } = await open([story(0, 'stuck'), story(1, 'update throttled')], 360)
    await page.locator('.story summary').first().click()

    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360)
  })

  test('a run without timelines says so', async () => {
    const { page } = await open([])

    expect(await page.locator('#timelines .lead').textContent()).toContain('No timeline')
    expect(await page.locator('.story').count()).toBe(0)
  })
})
