/** Draws the charts of a page of simulated runs, in the reader's browser. Plain ES2020, in a string. */
export const OUTLOOK_SCRIPT = `
(() => {
  'use strict'
  const { axis, charts } = JSON.parse(document.getElementById('outlook-data').textContent)
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim()
  const round = (v) => Math.abs(v) >= 99.95 ? Math.round(v).toLocaleString('en-US')
    : v.toFixed(v === 0 ? 0 : Math.abs(v) >= 9.995 ? 1 : 2)
  const time = (s) => s < 120 ? round(s) + ' s' : s < 7200 ? round(s / 60) + ' min' : round(s / 3600) + ' h'
  const words = { time, share: (v) => round(v * 100) + '%', amount: round }
  const place = (v) => v == null ? '' : axis.names ? (axis.names[v] ?? '') : v.toLocaleString('en-US')
  let plots = []

  function draw(chart) {
    const host = document.getElementById('plot-' + chart.id)
    const look = { stroke: css('muted'), font: '11.5px system-ui, sans-serif', ticks: { show: false } }
    const word = (v) => v == null ? '–' : words[chart.unit](v)
    const last = axis.values[axis.values.length - 1]
    const options = {
      width: host.clientWidth, height: 236, padding: [8, 24, 0, 0],
      scales: {
        x: axis.isLogarithmic ? { time: false, distr: 3 }
          : { time: false, range: () => axis.names ? [-0.5, last + 0.5] : [Math.min(0, axis.values[0]), last] },
        y: { range: (_, min, max) => [0, max > 0 ? max * 1.12 : 1] },
      },
      axes: [
        { ...look, grid: { show: false }, size: 42, label: axis.title, labelSize: 18, labelFont: look.font, stroke: css('muted'),
          splits: () => axis.values.length > 24 ? axis.values.filter((_, i) => i % Math.ceil(axis.values.length / 12) === 0) : axis.values,
          filter: (_, all) => all, values: (_, all) => all.map(place) },
        { ...look, grid: { stroke: css('grid'), width: 1 }, size: 72, values: (_, all) => all.map(word) },
      ],
      series: [
        { label: axis.title, value: (_, v) => v == null ? '–' : place(v) },
        ...chart.series.map((one) => ({
          label: one.label, stroke: css(one.color), width: 1.75, points: { show: true, size: 6, fill: css(one.color) },
          value: (_, v) => word(v),
        })),
      ],
      cursor: { y: false, drag: { x: false, y: false } },
    }
    host.replaceChildren()
    return new uPlot(options, [axis.values, ...chart.series.map((one) => axis.values.map((_, i) => one.values[i] ?? null))], host)
  }

  function drawAll() {
    for (const plot of plots) plot.destroy()
    plots = charts.map(draw)
    document.documentElement.dataset.charts = String(plots.length)
  }

  drawAll()
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawAll)
  let width = innerWidth
  addEventListener('resize', () => { if (innerWidth !== width) { width = innerWidth; drawAll() } })
})()
`
