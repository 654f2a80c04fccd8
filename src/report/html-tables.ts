import type { CheckLevel, LatencySummary, Summary, ValidityCheck } from '../results/summary.ts'
import {
  amount,
  count,
  duration,
  heldWords,
  inUnit,
  NOTHING,
  observedFigure,
  percent,
  perSecond,
  quotaWords,
} from './figures.ts'
import { html, type SafeHtml } from './html-text.ts'
import { reachedLimits } from './limit-words.ts'
import { type LatencyKey, latencyAt, type UsedOperation, usedOperations } from './operation-rows.ts'
import { noThresholdsWords } from './replay-words.ts'
import { limitFigure } from './verdict-words.ts'

export function thresholdsSection({ thresholds, validity, run }: Summary): SafeHtml {
  if (thresholds.length === 0) {
    return section('thresholds', 'Thresholds', `Thresholds: ${noThresholdsWords(run)}.`)
  }
  const rows = thresholds.map(
    ({ expression, observed, passed }) =>
      html`<tr><td class="left">${
        passed
          ? html`<span class="mark good">✓ holds</span>`
          : html`<span class="mark bad">✗ failed</span>`
      }</td><th scope="row" class="say"><code>${expression}</code></th><td>${observedFigure(expression, observed)}</td></tr>`,
  )
  const lead = validity.valid
    ? 'What the scenario asks of the service.'
    : 'Computed, but they decide nothing: the measurement is not valid.'
  return section(
    'thresholds',
    'Thresholds',
    lead,
    table(
      'Thresholds',
      html`<tr><th scope="col" class="left">result</th><th scope="col" class="left">threshold</th><th scope="col">observed</th></tr>`,
      rows,
    ),
  )
}

const LEVELS: Record<CheckLevel, SafeHtml> = {
  ok: html`<span class="mark good">✓ ok</span>`,
  degraded: html`<span class="mark void">! degraded</span>`,
  invalid: html`<span class="mark bad">✗ invalid</span>`,
}

export function validitySection({ validity }: Summary): SafeHtml {
  const order: CheckLevel[] = ['invalid', 'degraded', 'ok']
  const checks = order.flatMap((level) => validity.checks.filter((check) => check.level === level))
  const said = checks.some(({ message }) => message !== undefined)
  const rows = checks.map(
    (check) =>
      html`<tr><td class="left">${LEVELS[check.level]}</td><th scope="row" class="left">${check.name}</th><td>${inUnit(check.observed, check.unit)}</td><td>${limitFigure(check)}</td>${said ? html`<td class="say">${check.message}</td>` : undefined}</tr>`,
  )
  return section(
    'validity',
    'Validity of the measurement',
    `Whether the numbers on this page can be believed: did the generator keep its own plan?${movedWords(checks)}`,
    table(
      'Validity checks',
      html`<tr><th scope="col" class="left">level</th><th scope="col" class="left">check</th><th scope="col">observed</th><th scope="col">limit</th>${said ? html`<th scope="col" class="left">what it means</th>` : undefined}</tr>`,
      rows,
    ),
  )
}

/** Limits are the scenario's to move, but nobody should have to find that out alone. */
function movedWords(checks: readonly ValidityCheck[]): string {
  const moved = checks.filter(({ defaultLimit }) => defaultLimit !== undefined)
  if (moved.length === 0) return ''
  return ` The scenario has limits of its own for ${moved.map(({ name }) => name).join(', ')}.`
}

const RESPONSE_KEYS: readonly LatencyKey[] = ['p50', 'p90', 'p99', 'p99.9', 'max']
const SERVICE_KEYS: readonly LatencyKey[] = ['p50', 'p99']

export function operationsSection(summary: Summary): SafeHtml {
  const operations = usedOperations(summary)
  if (operations.length === 0) return section('operations', 'Operations', 'No request was sent.')
  return section(
    'operations',
    'Operations',
    'issued = accepted + empty + throttled + rejected + timed out + lost + unanswered. Times are those of accepted requests, in milliseconds: response counts from the moment the request was due, service from the moment it was sent. Accepted per second counts the load only, without connecting and drain.',
    table('How requests ended', COUNT_HEAD, operations.map(countRow)),
    table('How long accepted requests took, in milliseconds', TIME_HEAD, operations.map(timeRow)),
    otherOutcomes(operations),
    rejectionTable(operations),
  )
}

const COUNT_HEAD = html`<tr><th scope="col" class="left">requests</th>${columns(['issued', 'accepted', 'empty', 'throttled', 'rejected', 'timed out', 'lost', 'unanswered', 'accepted/s'])}</tr>`

function countRow(operation: UsedOperation): SafeHtml {
  const { name, issued, accepted, empty, throttled, rejectedTotal, timedOut, lost } = operation
  const bad = [throttled, rejectedTotal, timedOut, lost, operation.unanswered]
  return html`<tr><th scope="row" class="left">${name}</th><td>${count(issued)}</td><td>${count(accepted)}</td>${figure(empty, '')}${bad.map((value) => figure(value, 'warn'))}<td>${operation.ratePerSecond === 0 ? NOTHING : amount(operation.ratePerSecond)}</td></tr>`
}

const TIME_HEAD = html`<tr><th></th><th scope="colgroup" colspan="5" class="group over">response</th><th scope="colgroup" colspan="2" class="group over">service</th></tr>
<tr><th scope="col" class="left">accepted, ms</th>${columns(RESPONSE_KEYS)}${columns(SERVICE_KEYS)}</tr>`

function timeRow({ name, responseMs, serviceMs }: UsedOperation): SafeHtml {
  return html`<tr><th scope="row" class="left">${name}</th>${times(responseMs, RESPONSE_KEYS)}${times(serviceMs, SERVICE_KEYS)}</tr>`
}

/** Throttled, rejected and timed-out answers have times of their own; they improve no p50. */
function otherOutcomes(operations: readonly UsedOperation[]): SafeHtml | undefined {
  const rows = operations.flatMap(({ name, byOutcome }) =>
    Object.entries(byOutcome)
      .filter(([outcome, { responseMs }]) => outcome !== 'accepted' && responseMs.count)
      .map(
        ([outcome, { responseMs, serviceMs }]) =>
          html`<tr><th scope="row" class="left">${name} ${outcome === 'timedOut' ? 'timed out' : outcome}</th>${times(responseMs, RESPONSE_KEYS)}${times(serviceMs, SERVICE_KEYS)}</tr>`,
      ),
  )
  if (rows.length === 0) return undefined
  const head = html`<tr><th></th><th scope="colgroup" colspan="5" class="group over">response</th><th scope="colgroup" colspan="2" class="group over">service</th></tr>
<tr><th scope="col" class="left">other answers, ms</th>${columns(RESPONSE_KEYS)}${columns(SERVICE_KEYS)}</tr>`
  return table('How long other answers took, in milliseconds', head, rows)
}

function rejectionTable(operations: readonly UsedOperation[]): SafeHtml | undefined {
  const rows = operations.flatMap(({ name, rejected }) =>
    Object.entries(rejected)
      .filter(([, times]) => times > 0)
      .map(
        ([code, times]) =>
          html`<tr><th scope="row" class="left">${name}</th><td class="left"><code>${code}</code></td><td>${count(times)}</td></tr>`,
      ),
  )
  if (rows.length === 0) return undefined
  const head = html`<tr><th scope="col" class="left">rejected</th><th scope="col" class="left">code</th><th scope="col">times</th></tr>`
  return table('Rejections by code', head, rows)
}

export function throttlingSection(summary: Summary): SafeHtml {
  const { share, peakPerSecond, firstAtSeconds, lastAtSeconds, bindingQuota } = summary.throttling
  const throttled = usedOperations(summary).filter((operation) => operation.throttled > 0)
  const effective = quotaWords(summary.throttling.effectiveQuota)
  const quota = `Binding quota: ${bindingQuota ?? 'none'}${effective ? `; ${effective}` : ''}.`
  if (throttled.length === 0)
    return section('throttling', 'Throttling', `No request was throttled. ${quota}`)
  const span =
    firstAtSeconds === null || lastAtSeconds === null
      ? ''
      : `, from ${duration(firstAtSeconds)} to ${duration(lastAtSeconds)} after T0`
  const rows = throttled.map(
    ({ name, throttled: times, issued }) =>
      html`<tr><th scope="row" class="left">${name}</th><td>${count(times)}</td><td>${count(issued)}</td><td>${percent(times / issued)}</td></tr>`,
  )
  return section(
    'throttling',
    'Throttling',
    `${percent(share)} of all job requests were throttled, at most ${perSecond(peakPerSecond)}${span}. ${quota}`,
    table(
      'Throttling by operation',
      html`<tr><th scope="col" class="left">operation</th>${columns(['throttled', 'issued', 'share'])}</tr>`,
      rows,
    ),
  )
}

const LAG_KEYS: readonly LatencyKey[] = ['p50', 'p90', 'p99', 'p99.9', 'max']

export function arrivalsSection({ arrivals }: Summary): SafeHtml | undefined {
  if (arrivals === null) return undefined
  const causes = Object.entries(arrivals.droppedByCause)
    .filter(([, times]) => times > 0)
    .map(([cause, times]) => `${count(times)} ${cause}`)
  const why = causes.length > 0 ? ` (${causes.join(', ')})` : ''
  const lead = `Of ${count(arrivals.planned)} planned starts ${count(arrivals.started)} were made, ${count(arrivals.reassigned)} of them by another thing than meant, and ${count(arrivals.dropped)} dropped${why}.`
  const head = html`<tr><th scope="col" class="left">ms</th>${columns(LAG_KEYS)}</tr>`
  return section(
    'arrivals',
    'Arrivals',
    lead,
    table('Times of starts, in milliseconds', head, [
      html`<tr><th scope="row" class="left">schedule lag: sent − due</th>${times(arrivals.scheduleLagMs, LAG_KEYS)}</tr>`,
      html`<tr><th scope="row" class="left">due until acquired, all retries included</th>${times(arrivals.acquireMs, LAG_KEYS)}</tr>`,
    ]),
  )
}

export function executionsSection({ executions }: Summary): SafeHtml {
  const { started, resumed, durationMs, held } = executions
  const ends: [string, number, string][] = [
    ['succeeded', executions.succeeded, 'teal'],
    ['failed', executions.failed, 'red'],
    ['rejected', executions.rejected, 'orange'],
    ['timed out', executions.timedOut, 'violet'],
    ['canceled', executions.canceled, 'grey'],
    ['stuck', executions.stuck, 'limit'],
  ]
  const total = ends.reduce((sum, [, value]) => sum + value, 0)
  const parts = ends
    .filter(([, value]) => value > 0)
    .map(
      ([name, value, color]) =>
        html`<span title="${name} ${count(value)}" style="flex: ${value} 0 0; background: var(--${color})"></span>`,
    )
  const cells = ends.map(([name, value]) => figure(value, name === 'succeeded' ? '' : 'plain'))
  const again = resumed > 0 ? `, ${count(resumed)} resumed` : ''
  const head = html`<tr><th scope="col" class="left">took, ms</th>${columns(LAG_KEYS)}</tr>`
  return section(
    'executions',
    'Executions',
    `${count(started)} started${again}.${held ? ` The service holds ${heldWords(held)}.` : ''}`,
    total > 0 ? html`<div class="bar" aria-hidden="true">${parts}</div>` : undefined,
    table('How executions ended', html`<tr>${columns(ends.map(([name]) => name))}</tr>`, [
      html`<tr>${cells}</tr>`,
    ]),
    table('How long executions took, in milliseconds', head, [
      html`<tr><th scope="row" class="left">accepted start to accepted end</th>${times(durationMs, LAG_KEYS)}</tr>`,
    ]),
  )
}

export function ledgerSection({ ledger, strays, clamped, drops, limits }: Summary): SafeHtml {
  const words = !ledger.checked
    ? 'Not checked: the target keeps no ledger for us.'
    : ledger.balanced
      ? 'Balanced: things and service agree on every execution.'
      : 'Does not balance: what the things believe is not what the service holds.'
  const differences = ledger.differences.map((text) => html`<li>${text}</li>`)
  const outside: [string, number][] = [
    ['answers too late', strays.late],
    ['answers given twice', strays.duplicate],
    ['answers to no request', strays.unmatched],
    ['times above the range of the histograms', clamped],
    ...Object.entries(drops).map(([cause, times]): [string, number] => [
      `connections lost: ${cause}`,
      times,
    ]),
    ...reachedLimits(limits).map(([what, times]): [string, number] => [
      `limit reached: ${what}`,
      times,
    ]),
  ]
  const rows = outside.map(
    ([what, times]) =>
      html`<tr><th scope="row" class="left">${what}</th>${figure(times, 'warn')}</tr>`,
  )
  return section(
    'ledger',
    'Ledger and drops',
    words,
    differences.length > 0 ? html`<ul>${differences}</ul>` : undefined,
    table(
      'Outside the accounting',
      html`<tr><th scope="col" class="left">outside the accounting</th><th scope="col">times</th></tr>`,
      rows,
    ),
  )
}

export function section(
  id: string,
  title: string,
  lead: string,
  ...parts: (SafeHtml | undefined)[]
): SafeHtml {
  const body = parts.filter((part) => part !== undefined)
  return html`<section id="${id}"><h2>${title}</h2><p class="lead">${lead}</p>${body}</section>
`
}

/** Wide tables scroll inside their own frame, which the keyboard can reach. */
export function table(name: string, head: SafeHtml, rows: readonly SafeHtml[]): SafeHtml {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${name}"><table><thead>${head}</thead><tbody>${rows}</tbody></table></div>`
}

function columns(names: readonly string[]): SafeHtml[] {
  return names.map((name) => html`<th scope="col">${name}</th>`)
}

function times(latency: LatencySummary, keys: readonly LatencyKey[]): SafeHtml[] {
  return keys.map((key) => {
    const value = latencyAt(latency, key)
    return html`<td>${value === null ? NOTHING : amount(value)}</td>`
  })
}

function figure(value: number, tone: string): SafeHtml {
  return html`<td class="${value === 0 ? 'zero' : tone}">${count(value)}</td>`
}
