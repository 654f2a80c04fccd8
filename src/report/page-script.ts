/**
 * What runs in the reader's browser: it draws the charts that `html-report.ts` describes, and keeps
 * their cursors and zoom together. Everything that can be decided when the page is made is decided
 * there. Plain ES2020, in a string, because the page must carry it.
 */
export const PAGE_SCRIPT = `
(() => {
  'use strict'
  const run = JSON.parse(document.getElementById('run-data').textContent)
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim()
  const round = (v) => Math.abs(v) >= 99.95 ? Math.round(v).toLocaleString('en-US')
    : v.toFixed(v === 0 ? 0 : Math.abs(v) >= 9.995 ? 1 : 2)
  const words = {
    'per second': (v) => round(v) + '/s',
    ms: (v) => round(v) + ' ms',
    share: (v) => round(v * 100) + '%',
    count: (v) => Math.round(v).toLocaleString('en-US'),
  }
  const ticks = {
    share: (v) => Math.round(v * 100) + '%',
    ms: (v) => v.toLocaleString('en-US') + ' ms',
  }
  const clock = (s) => {
    if (run.end <= 900) return s + ' s'
    const two = (n) => String(n).padStart(2, '0')
    const hours = Math.floor(s / 3600), minutes = Math.floor(s / 60) % 60
    return hours > 0 ? hours + ':' + two(minutes) + ':' + two(s % 60) : minutes + ':' + two(s % 60)
  }
  const middle = run.seconds.map((s) => s + run.bucketSeconds / 2)
  const unzoom = document.getElementById('unzoom')
  let plots = []
  let zooming = false

  function shareZoom(from, key) {
    if (key !== 'x' || zooming) return
    zooming = true
    const { min, max } = from.scales.x
    for (const plot of plots) if (plot !== from) plot.setScale('x', { min, max })
    zooming = false
    unzoom.hidden = min <= 0 && max >= run.end
  }

  function drawBands(u) {
    const { ctx, bbox } = u
    const px = devicePixelRatio
    ctx.save()
    ctx.beginPath()
    ctx.rect(bbox.left, 0, bbox.width, bbox.top + bbox.height)
    ctx.clip()
    ctx.font = 11 * px + 'px system-ui, sans-serif'
    ctx.textBaseline = 'bottom'
    ctx.textAlign = 'left'
    run.bands.forEach((band, index) => {
      const left = u.valToPos(band.from, 'x', true)
      const right = u.valToPos(band.to, 'x', true)
      if (band.drain || index % 2 === 1) {
        ctx.fillStyle = css(band.drain ? 'drain' : 'band')
        ctx.fillRect(left, bbox.top, right - left, bbox.height)
      }
      if (u.root.closest('.strip')) return
      const start = Math.max(left, bbox.left)
      if (ctx.measureText(band.name).width + 10 * px < Math.min(right, bbox.left + bbox.width) - start) {
        ctx.fillStyle = css('muted')
        ctx.fillText(band.name, start + 5 * px, bbox.top - 3 * px)
      }
    })
    ctx.restore()
  }

  // Under the lines: what was measured in these seconds is not the service's alone.
  function drawUnwell(u) {
    const { ctx, bbox } = u
    ctx.save()
    ctx.beginPath()
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height)
    ctx.clip()
    ctx.fillStyle = css('unwell')
    for (const second of run.unwell) {
      const left = u.valToPos(second, 'x', true)
      ctx.fillRect(left, bbox.top, u.valToPos(second + run.bucketSeconds, 'x', true) - left, bbox.height)
    }
    ctx.restore()
  }

  // A value between two gaps makes no line, so it gets a dot.
  function lonely(u, at) {
    const values = u.data[at]
    const found = []
    for (let i = 0; i < values.length; i++)
      if (values[i] != null && values[i - 1] == null && values[i + 1] == null) found.push(i)
    return found
  }

  function seriesOptions(unit) {
    return (one) => {
      const color = css(one.color)
      return {
        label: one.label,
        show: !one.hidden,
        stroke: color,
        width: one.line === 'thin' || one.line === 'dashed' ? 1.25 : 1.75,
        dash: one.line === 'dashed' ? [6, 4] : undefined,
        fill: one.line === 'area' ? color + '26' : undefined,
        value: (_, v) => v == null ? '–' : words[unit](v),
        points: { show: true, size: 5, fill: color, filter: lonely },
      }
    }
  }

  const dashed = (chart, at) => at > 0 && chart.series[at - 1].line === 'dashed'

  function draw(chart) {
    const host = document.getElementById('plot-' + chart.id)
    const narrow = host.clientWidth < 520
    const axis = { stroke: css('muted'), font: '11.5px system-ui, sans-serif', ticks: { show: false } }
    const grid = { stroke: css('grid'), width: 1 }
    const height = chart.strip ? 118 : narrow ? 200 : 246
    const options = {
      width: host.clientWidth,
      height,
      // Above the lines of the grid there is room for the names of the phases.
      padding: [chart.strip ? 8 : 18, 12, 0, 0],
      scales: {
        x: { time: false, range: (_, min, max) => min === middle[0] && max === middle[middle.length - 1] ? [0, run.end] : [min, max] },
        y: { range: (_, min, max) => [0, chart.unit === 'share' ? Math.max(1, max || 0) : (max > 0 ? max * 1.12 : 1)] },
      },
      axes: [
        { ...axis, grid: { show: false }, size: 29, gap: 7, space: narrow ? 56 : 76, values: (_, all) => all.map(clock),
          incrs: [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400] },
        { ...axis, grid, size: narrow ? 50 : 64, gap: 6, space: chart.strip ? 26 : 36,
          values: (_, all) => all.map(ticks[chart.unit] || ((v) => v.toLocaleString('en-US'))) },
      ],
      series: [
        { label: 'time', value: (_, v) => v == null ? '–' : clock(v - run.bucketSeconds / 2) + ' – ' + clock(v + run.bucketSeconds / 2) },
        ...chart.series.map(seriesOptions(chart.unit)),
      ],
      cursor: { y: false, sync: { key: 'run', setSeries: false }, focus: { prox: 24 }, drag: { x: true, y: false } },
      focus: { alpha: 0.45 },
      legend: { markers: {
        width: 2,
        dash: (_, at) => dashed(chart, at) ? 'dashed' : 'solid',
        stroke: (u, at) => u.series[at].stroke(u, at),
        fill: (u, at) => dashed(chart, at) ? 'transparent' : u.series[at].stroke(u, at),
      } },
      hooks: { drawClear: chart.shaded ? [drawBands, drawUnwell] : [drawBands], setScale: [shareZoom] },
    }
    host.replaceChildren()
    return new uPlot(options, [middle, ...chart.series.map((one) => one.values)], host)
  }

  function drawAll() {
    for (const plot of plots) plot.destroy()
    plots = []
    unzoom.hidden = true
    zooming = true
    plots = run.charts.map(draw)
    zooming = false
  }

  drawAll()
  unzoom.addEventListener('click', () => plots[0] && plots[0].setScale('x', { min: 0, max: run.end }))
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawAll)
  let width = innerWidth
  let waiting = 0
  addEventListener('resize', () => {
    if (innerWidth === width) return
    width = innerWidth
    clearTimeout(waiting)
    waiting = setTimeout(drawAll, 120)
  })
  document.documentElement.dataset.charts = String(plots.length)
})()
`
