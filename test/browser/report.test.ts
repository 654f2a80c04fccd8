import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { htmlReport, type ReportScenario } from '../../src/report/html-report.ts'
import { junitXml } from '../../src/report/junit.ts'
import { type ExampleOptions, exampleRun } from '../fixtures/example-run.ts'
import { browserHere, launchBrowser, watchedPage } from './chromium.ts'

const CHARTS = [
  'throughput',
  'latency-start-next',
  'latency-update',
  'lag-update',
  'lag',
  'quota-writes',
  'fleet',
  'health',
]

const HOSTILE = `</script><script>window.broken = true</script><b id=hurt>"'&<!--`

describe.skipIf(!browserHere())('report.html in Chromium', () => {
  let browser: Browser
  const folder = mkdtempSync(join(tmpdir(), 'shakedown-report-'))

  beforeAll(async () => {
    browser = await launchBrowser()
  })

  afterAll(async () => {
    await browser?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  /** Opens the page of a run as a person does, from its file. */
  async function open(
    run: ExampleOptions = {},
    look: {
      colorScheme?: 'light' | 'dark'
      width?: number
      scenario?: Partial<ReportScenario>
    } = {},
  ) {
    const { summary, rows, phases } = exampleRun(run)
    const file = join(folder, `${Math.round(performance.now() * 1_000)}.html`)
    const quotas = { writesPerSecond: 200 }
    const scenario = { text: 'name: throttled-account\n', phases, quotas, ...look.scenario }
    writeFileSync(file, htmlReport(summary, rows, scenario))
    const { colorScheme = 'light', width = 1_280 } = look
    const viewport = { width, height: 900 }
    const watched = await watchedPage(browser, { viewport, colorScheme })
    onTestFinished(() => watched.page.close())
    await watched.page.goto(pathToFileURL(file).href)
    return { ...watched, summary, address: pathToFileURL(file).href }
  }

  /** For each chart, how many points of its canvas have the colour of its first line. */
  const inkOfCharts = `Object.fromEntries([...document.querySelectorAll('.plot')].map((plot) => {
    const canvas = plot.querySelector('canvas')
    const probe = document.createElement('canvas').getContext('2d')
    const marker = plot.querySelectorAll('.u-legend .u-series .u-marker')[1]
    probe.fillStyle = getComputedStyle(marker).borderTopColor
    probe.fillRect(0, 0, 1, 1)
    const [red, green, blue] = probe.getImageData(0, 0, 1, 1).data
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
    let ink = 0
    for (let at = 0; at < data.length; at += 4) {
      const far = Math.abs(data[at] - red) + Math.abs(data[at + 1] - green) + Math.abs(data[at + 2] - blue)
      if (data[at + 3] > 200 && far < 40) ink += 1
    }
    return [plot.id.slice('plot-'.length), ink]
  }))`

  test.each(['light', 'dark'] as const)(
    'in the %s scheme every chart draws its line, without a complaint or a request',
    async (colorScheme) => {
      const { page, complaints, requests, address } = await open({}, { colorScheme })
      const ink = await page.evaluate<Record<string, number>>(inkOfCharts)

      expect(Object.keys(ink)).toEqual(CHARTS)
      for (const [chart, points] of Object.entries(ink)) expect(points, chart).toBeGreaterThan(300)
      expect(complaints).toEqual([])
      expect(requests).toEqual([address])
    },
  )

  test('the page says per second what was planned, made, issued, answered and accepted', async () => {
    const { page } = await open()
    const tile = await page.locator('.tile', { hasText: 'Accepted requests' }).innerText()
    const legend = await page.locator('#throughput .u-legend .u-label').allTextContents()

    expect(tile).toContain('198/s')
    expect(tile).toMatch(/291\/s answered, 292\/s issued; starts 79\.9\/s of 80\.0\/s planned/)
    for (const line of [
      'requests issued',
      'requests answered',
      'requests accepted',
      'starts made',
      'starts planned',
    ])
      expect(legend).toContain(line)
  })

  test('the quota of the scenario and the one that was observed are lines beside the throttles', async () => {
    const { page } = await open()
    const legend = await page.locator('#quota-writes .u-legend .u-label').allTextContents()

    expect(legend).toEqual(expect.arrayContaining(['quota of writes', 'observed quota 199/s']))
    expect(await page.locator('#throttling').textContent()).toContain(
      '199 ± 1.90/s observed over 104 seconds of demand above it',
    )
  })

  /** Of the plots with this id, how many points have the colour that unwell seconds are shaded with. */
  const shadeOf = (id: string) => `(() => {
    const canvas = document.querySelector('#plot-${id} canvas')
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
    let shade = 0
    for (let at = 0; at < data.length; at += 4) {
      const faint = data[at + 3] > 30 && data[at + 3] < 75
      if (faint && data[at] - data[at + 1] > 90 && data[at] - data[at + 2] > 70) shade += 1
    }
    return shade
  })()`

  test('seconds in which the generator was over a limit are shaded under every latency and lag', async () => {
    const check = (limit: number) => ({
      validity: {
        valid: true,
        checks: [
          {
            name: 'event-loop-utilisation',
            observed: 0.3,
            limit,
            unit: 'share',
            level: 'ok' as const,
          },
        ],
      },
    })
    const well = await open({ summary: check(1) })
    expect(await well.page.evaluate<number>(shadeOf('latency-update'))).toBeLessThan(100)
    const { page, complaints } = await open({ summary: check(0.01) })

    for (const id of ['latency-start-next', 'latency-update', 'lag-update', 'lag'])
      expect(await page.evaluate<number>(shadeOf(id)), id).toBeGreaterThan(1_000)
    expect(await page.evaluate<number>(shadeOf('throughput'))).toBeLessThan(100)
    expect(await page.locator('#latency-update figcaption').textContent()).toMatch(
      /Shaded: \d+ of \d+ seconds in which the generator itself was over a limit/,
    )
    expect(complaints).toEqual([])
  })

  test('a limit that the scenario has moved says so in the validity table', async () => {
    const lag = { name: 'schedule-lag', observed: 12, limit: 20, unit: 'ms', level: 'ok' as const }
    const validity = { valid: true, checks: [{ ...lag, defaultLimit: 10 }] }
    const { page } = await open({ summary: { validity } })

    expect(await page.locator('#validity').textContent()).toContain(
      'The scenario has limits of its own for schedule-lag.',
    )
    expect(await page.locator('#validity tbody').textContent()).toContain('20 ms (default 10 ms)')
  })

  test('the charts follow a change of the colour scheme', async () => {
    const { page, complaints } = await open()
    await page.emulateMedia({ colorScheme: 'dark' })
    const ink = await page.evaluate<Record<string, number>>(inkOfCharts)

    expect(ink.throughput).toBeGreaterThan(300)
    expect(complaints).toEqual([])
  })

  test('the tables hold the numbers of the summary', async () => {
    const { page, summary } = await open()
    const cells = (name: string) =>
      page
        .locator('#operations tbody tr', { hasText: name })
        .first()
        .locator('td')
        .allTextContents()
    const shown = (value: number | undefined) => value?.toLocaleString('en-US')

    for (const name of ['start-next', 'update', 'connect', 'subscribe']) {
      const operation = summary.operations[name]
      expect((await cells(name)).slice(0, 4)).toEqual([
        shown(operation?.issued),
        shown(operation?.accepted),
        '0',
        shown(operation?.throttled),
      ])
    }
    expect(await page.locator('#executions').textContent()).toContain(
      shown(summary.executions.succeeded),
    )
    expect(await page.locator('#thresholds tbody tr').count()).toBe(summary.thresholds.length)
    expect(await page.locator('#validity tbody tr').count()).toBe(summary.validity.checks.length)
  })

  test('the verdict and its reason come before everything else', async () => {
    const { page } = await open()
    const verdict = await page.locator('.verdict').innerText()

    expect(verdict).toMatch(/^failed/i)
    expect(verdict).toContain('update.throttled.share < 15% for 30s was 28.7%')
    expect(await page.title()).toBe('throttled-account: failed – shakedown')
  })

  test('an invalid run says at the top what it means and what to do', async () => {
    const message = 'Starts left late: use more workers.'
    const lag = { name: 'schedule-lag', observed: 31, limit: 10, unit: 'ms', message }
    const validity = { valid: false, checks: [{ ...lag, level: 'invalid' as const }] }
    const { page } = await open({ summary: { verdict: 'invalid', validity } })
    const verdict = await page.locator('.verdict').innerText()

    expect(verdict).toMatch(
      /^invalid\s+Do not trust these numbers: schedule-lag 31 ms, limit 10 ms/i,
    )
    expect(verdict).toContain(message)
    expect(await page.locator('#thresholds').textContent()).toContain('decide nothing')
  })

  test('text of a person breaks nothing, wherever it stands', async () => {
    const { summary } = exampleRun()
    const run = { ...summary.run, scenario: HOSTILE, targets: [HOSTILE] }
    const thresholds = [{ expression: HOSTILE, observed: 1, passed: false }]
    const ledger = { checked: true, balanced: false, differences: [HOSTILE] }
    const { page, complaints } = await open(
      { summary: { run, thresholds, ledger, drops: { [HOSTILE]: 2 } } },
      {
        scenario: {
          text: HOSTILE,
          question: HOSTILE,
          phases: [{ name: HOSTILE, durationUs: 6e7 }],
        },
      },
    )

    expect(await page.evaluate('window.broken')).toBeUndefined()
    expect(await page.locator('#hurt').count()).toBe(0)
    expect(await page.locator('h1').textContent()).toBe(HOSTILE)
    expect(await page.locator('#scenario pre').textContent()).toBe(HOSTILE)
    expect(await page.locator('.plot canvas').count()).toBe(CHARTS.length)
    expect(complaints).toEqual([])
  })

  test('the cursor of one chart stands at the same second in all of them', async () => {
    const { page } = await open()
    await page.locator('#plot-throughput .u-over').hover({ position: { x: 400, y: 60 } })
    const times = await page.locator('.u-legend .u-series:first-child .u-value').allTextContents()

    expect(times).toHaveLength(CHARTS.length)
    expect(times[0]).toMatch(/^\d+ s – \d+ s$/)
    expect(new Set(times).size).toBe(1)
  })

  test('zooming one chart zooms all, and the button shows the whole run again', async () => {
    const { page } = await open()
    const box = await page.locator('#plot-throughput .u-over').boundingBox()
    if (box === null) throw new Error('the chart has no plotting area')
    expect(await page.locator('#unzoom').isVisible()).toBe(false)
    await page.mouse.move(box.x + 300, box.y + 50)
    await page.mouse.down()
    await page.mouse.move(box.x + 500, box.y + 50, { steps: 4 })
    await page.mouse.up()
    await page.mouse.move(box.x + 5, box.y + 50)
    const first = page.locator('.u-legend .u-series:first-child .u-value')
    const zoomed = await first.allTextContents()
    await page.locator('#unzoom').click()
    await page.locator('#plot-lag .u-over').hover({ position: { x: 5, y: 20 } })

    expect(new Set(zoomed).size).toBe(1)
    expect(Number.parseInt(zoomed[0] ?? '', 10)).toBeGreaterThan(15)
    expect(await first.first().textContent()).toBe('0 s – 1 s')
    expect(await page.locator('#unzoom').isVisible()).toBe(false)
  })

  test('on a phone nothing is wider than the screen', async () => {
    const { page } = await open({}, { width: 360 })

    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360)
  })

  test('charts are redrawn to the width of the window', async () => {
    const { page } = await open()
    await page.setViewportSize({ width: 700, height: 900 })

    // The drawings are made anew a little later; until then they are as wide as they were.
    await expect
      .poll(() => page.evaluate('document.documentElement.scrollWidth'), { timeout: 10_000 })
      .toBe(700)
    const widths = `[...document.querySelectorAll('.plot .u-wrap')].map(({ clientWidth }) => clientWidth)`
    for (const width of await page.evaluate<number[]>(widths)) expect(width).toBeLessThan(700)
  })

  test.each([
    ['of one second', { loadSeconds: 1, drainSeconds: 0 }],
    ['of two workers and two hours', { workers: 2, loadSeconds: 7_200 }],
  ])('a run %s draws too', async (_, run) => {
    const { page, complaints } = await open(run)
    const ink = await page.evaluate<Record<string, number>>(inkOfCharts)

    expect(ink['latency-update']).toBeGreaterThan(5)
    expect(complaints).toEqual([])
  })

  test('junit.xml is XML to an XML parser, and its texts come back whole', async () => {
    const { page } = await open()
    const { summary } = exampleRun()
    const expression = `${HOSTILE}\u0007\n]]>`
    const thresholds = [{ expression, observed: null, passed: false }]
    const xml = junitXml({ ...summary, thresholds, run: { ...summary.run, scenario: HOSTILE } })
    const parsed = await page.evaluate<{
      root: string
      name: string | null
      cases: number
      last: string | null
    }>(
      `(() => {
        const found = new DOMParser().parseFromString(${JSON.stringify(xml)}, 'application/xml')
        const cases = [...found.querySelectorAll('testcase')]
        return { root: found.documentElement.nodeName, name: found.documentElement.getAttribute('name'),
                 cases: cases.length, last: cases.at(-1)?.getAttribute('name') ?? null }
      })()`,
    )

    expect(parsed).toEqual({
      root: 'testsuites',
      name: HOSTILE,
      cases: 1 + summary.validity.checks.length + 1,
      last: `${HOSTILE}\ufffd\n]]>`,
    })
  })
})
