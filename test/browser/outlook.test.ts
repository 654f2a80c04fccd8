import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { outlookPage } from '../../src/report/html-outlook.ts'
import type { OutlookRun, OutlookVariant } from '../../src/report/outlook-figures.ts'
import { browserHere, launchBrowser, watchedPage } from './chromium.ts'

const ABOUT = { scenario: '</script><b id=hurt>', question: undefined, seeds: '1..3', version: '0' }

function variant(key: string, value: string, scale: number): OutlookVariant {
  const run = (seed: number): OutlookRun => ({
    ...{ seed, etaSeconds: scale * 60 + seed, doneShare: 1, ended: scale, events: 1 },
    ...{ throttledShare: 0.1, attemptsPerSuccess: 3, timedOutShare: 0, abort: null },
  })
  return { settings: [[key, value]], things: scale, runs: [run(1), run(2), run(3)] }
}

describe.skipIf(!browserHere())('the page of simulated runs in Chromium', () => {
  let browser: Browser
  const folder = mkdtempSync(join(tmpdir(), 'shakedown-outlook-'))

  beforeAll(async () => {
    browser = await launchBrowser()
  })

  afterAll(async () => {
    await browser?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  test.each([
    ['numbers far apart', ['1', '100', '10000'].map((n) => variant('fleet.things', n, Number(n)))],
    ['words', ['100/s', '200/s'].map((rate, at) => variant('service.quotas.writes', rate, at + 1))],
    ['seeds alone', [{ ...variant('', '', 5), settings: [] }]],
  ])(
    'a sweep over %s draws its charts, complains of nothing and loads nothing',
    async (_, rows) => {
      const file = join(folder, `${rows.length}-${rows[0]?.things}.html`)
      writeFileSync(file, outlookPage(rows, ABOUT))
      const { page, complaints, requests } = await watchedPage(browser)
      await page.goto(pathToFileURL(file).href)

      expect(await page.locator('html').getAttribute('data-charts')).toBe('3')
      // What has been drawn has axes of its own size; a chart that failed has none.
      const heights = await page
        .locator('.plot canvas')
        .evaluateAll((all) => all.map((canvas) => canvas.getBoundingClientRect().height))
      expect(heights).toHaveLength(3)
      for (const height of heights) expect(height).toBeLessThan(300)
      expect(await page.locator('#hurt').count()).toBe(0)
      expect(complaints).toEqual([])
      expect(requests).toEqual([pathToFileURL(file).href])
      await page.close()
    },
  )
})
