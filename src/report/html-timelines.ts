import type { TimelineEvent } from '../metrics/thing-timeline.ts'
import {
  beginOf,
  endOf,
  type KeptTimeline,
  type TimelineTotals,
} from '../results/kept-timelines.ts'
import { amount, count, counted, milliseconds, NOTHING } from './figures.ts'
import { html, type SafeHtml } from './html-text.ts'
import { timelineStrip } from './timeline-strip.ts'

/** How many of them the page shows; the rest is in the files. */
const MOST_SHOWN = 40

/** What single things sent and saw: those that failed, and those that were slowest. */
export function timelinesSection(
  timelines: readonly KeptTimeline[],
  totals: TimelineTotals | undefined,
): SafeHtml {
  const shown = chosen(timelines)
  const lead =
    timelines.length === 0
      ? 'No timeline was kept.'
      : `What single things sent and saw: failed attempts, executions that are stuck or in doubt, and the slowest requests of each second. ${count(shown.length)} of ${count(timelines.length)} are shown; all are in timelines.ndjson, and in trace.json for ui.perfetto.dev.`
  return html`<section id="timelines"><h2>Timelines of single things</h2><p class="lead">${lead}</p>
${totals === undefined ? undefined : reasonTable(totals)}
${shown.length === 0 ? undefined : html`${LEGEND}<div class="stories">${shown.map(story)}</div>`}
</section>
`
}

const LEGEND = html`<p class="legend">${(
  [
    ['good', 'answered'],
    ['throttled', 'throttled'],
    ['failed', 'failed'],
    ['late', 'due and not yet sent'],
    ['work', 'work'],
    ['wait', 'waiting to try again'],
  ] as const
).map(
  ([kind, words]) =>
    html`<span><svg class="strip" viewBox="0 0 10 10" aria-hidden="true"><rect class="${kind}" width="10" height="10"/></svg>${words}</span>`,
)} The thin bars below belong to the connection.</p>`

function reasonTable({ reasons, crowdedOut }: TimelineTotals): SafeHtml | undefined {
  const rows = Object.entries(reasons).map(
    ([reason, { kept, leftOut }]) =>
      html`<tr><th scope="row" class="left">${reason}</th><td>${count(kept)}</td><td class="${leftOut === 0 ? 'zero' : 'warn'}">${count(leftOut)}</td></tr>`,
  )
  if (crowdedOut > 0) {
    rows.push(
      html`<tr><th scope="row" class="left">too many busy things at once</th><td>0</td><td class="warn">${count(crowdedOut)}</td></tr>`,
    )
  }
  if (rows.length === 0) return undefined
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Why timelines were kept"><table><thead><tr><th scope="col" class="left">why</th><th scope="col">kept</th><th scope="col">no room for</th></tr></thead><tbody>${rows}</tbody></table></div>`
}

/** Some of every reason, failures before what was only slow; in each reason the worst first. */
function chosen(timelines: readonly KeptTimeline[]): KeptTimeline[] {
  const groups = new Map<string, KeptTimeline[]>()
  for (const timeline of timelines) {
    const reason = timeline.why[0] ?? ''
    const group = groups.get(reason)
    if (group) group.push(timeline)
    else groups.set(reason, [timeline])
  }
  const ordered = [...groups].sort(([one], [other]) => rankOf(one) - rankOf(other))
  const ranked = ordered.map(([, group]) =>
    group.sort((one, other) => badnessOf(other) - badnessOf(one)),
  )
  let left = Math.min(MOST_SHOWN, timelines.length)
  const taken = ranked.map(() => 0)
  while (left > 0) {
    for (const [at, group] of ranked.entries()) {
      if (left === 0 || (taken[at] ?? 0) >= group.length) continue
      taken[at] = (taken[at] ?? 0) + 1
      left -= 1
    }
  }
  return ranked.flatMap((group, at) => group.slice(0, taken[at]))
}

function rankOf(reason: string): number {
  return reason.startsWith('slowest') ? 1 : 0
}

/** How long the whole took; where it was only slow, its slowest answer. */
function badnessOf(timeline: KeptTimeline): number {
  if (rankOf(timeline.why[0] ?? '') === 0) return lengthOf(timeline)
  const responses = timeline.events.map((event) =>
    event.what === 'end' ? event.atMs - event.dueMs : 0,
  )
  return Math.max(0, ...responses)
}

function lengthOf(timeline: KeptTimeline): number {
  return endOf(timeline) - beginOf(timeline)
}

function story(timeline: KeptTimeline): SafeHtml {
  const { thing, why, ended, leftOut, events } = timeline
  const fromMs = beginOf(timeline)
  const rows = events.map(
    (event) =>
      html`<tr><td>${amount(event.atMs - fromMs)}</td><td class="left">${whatOf(event)}</td><td class="say">${detailsOf(event, fromMs)}</td></tr>`,
  )
  const notes = [
    ...(ended ? [] : ['Not over when this was written.']),
    ...(leftOut > 0
      ? [`${counted(leftOut, 'event')} in the middle left out for want of room.`]
      : []),
  ]
  return html`<details class="story"><summary><span class="thing">${thing}</span> <span class="why">${why.join(', ')}</span> <span class="when">from ${amount(fromMs / 1e3)} s, ${milliseconds(lengthOf(timeline))}</span>
${timelineStrip(timeline)}</summary>
${notes.length === 0 ? undefined : html`<p class="note">${notes.join(' ')}</p>`}
<div class="scroll" tabindex="0" role="region" aria-label="${thing}, events"><table><thead><tr><th scope="col">ms</th><th scope="col" class="left">what</th><th scope="col" class="left">details</th></tr></thead><tbody>${rows}</tbody></table></div></details>
`
}

function whatOf(event: TimelineEvent): string {
  switch (event.what) {
    case 'connect':
      return 'connects'
    case 'ask':
      return event.planned ? 'planned start' : 'sets out'
    case 'send':
      return `sends ${event.operation}`
    case 'end':
      return `${event.operation} ${wordsOf(event.outcome)}`
    case 'wait':
      return `waits to ${event.for}`
    case 'work':
      return 'works'
    case 'execution':
      return `execution ${wordsOf(event.event)}`
    case 'doubt':
      return 'in doubt'
    case 'drop':
      return 'connection lost'
  }
}

function detailsOf(event: TimelineEvent, fromMs: number): string {
  switch (event.what) {
    case 'connect':
    case 'ask':
      return dueWords(event.atMs - event.dueMs)
    case 'send':
      return `attempt ${event.attempt}, ${dueWords(event.atMs - event.dueMs)}`
    case 'end': {
      const code = event.code === undefined ? '' : `${event.code}, `
      return `${code}response ${milliseconds(event.atMs - event.dueMs)}, service ${milliseconds(event.atMs - event.sentMs)}`
    }
    case 'wait':
    case 'work':
      return `until ${amount(event.untilMs - fromMs)}`
    case 'execution':
      return event.job === undefined ? '' : `${event.job}, number ${event.number ?? NOTHING}`
    case 'doubt':
      return `${event.wanted} was sent and never confirmed`
    case 'drop':
      return event.cause
  }
}

function dueWords(lateMs: number): string {
  return lateMs === 0 ? 'when due' : `${milliseconds(lateMs)} after it was due`
}

function wordsOf(name: string): string {
  return name === 'timedOut' ? 'timed out' : name
}
