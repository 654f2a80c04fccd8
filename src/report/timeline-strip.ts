import type { TimelineEvent } from '../metrics/thing-timeline.ts'
import { beginOf, endOf, type KeptTimeline } from '../results/kept-timelines.ts'
import { html, type SafeHtml } from './html-text.ts'

const WIDTH = 1_000
/** What is shorter is drawn as long as this, or nobody would see it. */
const THINNEST = 2

/** A timeline as one line of bars: requests, work and waits above, the connection below. */
export function timelineStrip(timeline: KeptTimeline): SafeHtml {
  const fromMs = beginOf(timeline)
  const perMs = WIDTH / Math.max(endOf(timeline) - fromMs, 0.001)
  const bar = (row: 0 | 1, kind: string, beginMs: number, endMs: number, title: string) => {
    const begin = Math.min(Math.max((beginMs - fromMs) * perMs, 0), WIDTH - THINNEST)
    const width = Math.min(Math.max((endMs - beginMs) * perMs, THINNEST), WIDTH - begin)
    return html`<rect class="${kind}" x="${rounded(begin)}" y="${row === 0 ? 1 : 13}" width="${rounded(width)}" height="${row === 0 ? 10 : 4}"><title>${title}</title></rect>`
  }
  const bars = timeline.events.flatMap((event): SafeHtml[] => {
    switch (event.what) {
      case 'end': {
        const row = isOfConnection(event) ? 1 : 0
        const title = `${event.operation} ${event.outcome}`
        return [
          ...(event.sentMs > event.dueMs
            ? [bar(row, 'late', event.dueMs, event.sentMs, 'due, not yet sent')]
            : []),
          bar(row, toneOf(event.outcome), event.sentMs, event.atMs, title),
        ]
      }
      case 'work':
        return [bar(0, 'work', event.atMs, event.untilMs, 'work')]
      case 'wait':
        return [
          bar(
            event.for === 'retry' ? 0 : 1,
            'wait',
            event.atMs,
            event.untilMs,
            `waits to ${event.for}`,
          ),
        ]
      case 'drop':
        return [bar(1, 'failed', event.atMs, event.atMs, `connection lost: ${event.cause}`)]
      default:
        return []
    }
  })
  return html`<svg class="strip" viewBox="0 0 ${WIDTH} 18" preserveAspectRatio="none" role="img" aria-label="Course of ${timeline.thing}; its events stand in the table below">${bars}</svg>`
}

function isOfConnection({ operation }: Extract<TimelineEvent, { what: 'end' }>): boolean {
  return operation === 'connect' || operation === 'subscribe'
}

function toneOf(outcome: string): string {
  if (outcome === 'accepted' || outcome === 'empty') return 'good'
  return outcome === 'throttled' ? 'throttled' : 'failed'
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10
}
