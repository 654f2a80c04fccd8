import type { RatesSummary, Summary } from '../results/summary.ts'
import { besideWords } from './beside-words.ts'
import { stuckWords, succeededWords } from './execution-words.ts'
import { amount, count, counted, duration, milliseconds, percent, perSecond } from './figures.ts'
import { html, type SafeHtml } from './html-text.ts'
import { latencyAt, type UsedOperation, usedOperations } from './operation-rows.ts'
import { fleetWords } from './replay-words.ts'
import { verdictWords } from './verdict-words.ts'
import { makerWords } from './virtual-words.ts'

/** What a reader sees without scrolling: which run, its verdict and why, and the main figures. */
export function headOf(summary: Summary, question: string | undefined): SafeHtml {
  const { run } = summary
  const facts = [
    ...(run.virtual ? [] : [startedWords(run.startedAt)]),
    fleetWords(run),
    duration(run.durationSeconds),
    makerWords(run),
    `seed ${run.seed}`,
  ]
  return html`<header class="top">
<p class="brand">shakedown · run report</p>
<h1>${run.scenario}</h1>
${question === undefined ? undefined : html`<p class="question">${question}</p>`}
<p class="facts">${facts.join(' · ')}</p>
${verdictCard(summary)}
${tiles(summary)}
</header>`
}

function verdictCard(summary: Summary): SafeHtml {
  const { word, tone, reason, remarks, cures } = verdictWords(summary)
  const list = [...cures, ...remarks].map((remark) => html`<li>${remark}</li>`)
  return html`<section class="verdict ${tone}" aria-label="Verdict">
<p class="word">${word}</p>
<p class="reason">${reason}</p>
${list.length > 0 ? html`<ul>${list}</ul>` : undefined}
</section>`
}

function tiles(summary: Summary): SafeHtml {
  const { executions, throttling, arrivals } = summary
  const used = usedOperations(summary)
  const jobs = used.filter(({ name }) => name !== 'connect' && name !== 'subscribe')
  const { rates } = summary
  return html`<dl class="tiles">
${tile('Executions succeeded', count(executions.succeeded), `${succeededWords(executions)}, ${stuckWords(executions)}`)}
${tile('Accepted requests', perSecond(rates.acceptedPerSecond), rateWords(rates))}
${jobs.slice(0, 2).map(latencyTile)}
${tile('Throttled', percent(throttling.share), `of job requests, at most ${amount(throttling.peakPerSecond)}/s`)}
${
  arrivals === null
    ? undefined
    : tile(
        'Schedule lag p99',
        milliseconds(latencyAt(arrivals.scheduleLagMs, 'p99')),
        `${count(arrivals.dropped)} of ${count(arrivals.planned)} starts dropped`,
      )
}
</dl>`
}

/** Beside what was accepted, all over the same seconds of the load. */
function rateWords({
  plannedStartsPerSecond: planned,
  startsPerSecond: made,
  issuedPerSecond,
  answeredPerSecond,
}: RatesSummary): string {
  const requests = `${perSecond(answeredPerSecond)} answered, ${perSecond(issuedPerSecond)} issued`
  if (planned === null || made === null) return requests
  return `${requests}; starts ${perSecond(made)} of ${perSecond(planned)} planned`
}

function latencyTile({ name, responseMs }: UsedOperation): SafeHtml {
  return tile(
    `${name} p99`,
    milliseconds(latencyAt(responseMs, 'p99')),
    `p50 ${milliseconds(latencyAt(responseMs, 'p50'))}, max ${milliseconds(latencyAt(responseMs, 'max'))}`,
  )
}

function tile(name: string, figure: string, under: string): SafeHtml {
  return html`<div class="tile"><dt>${name}</dt><dd><div class="figure">${figure}</div><div class="under">${unitsKept(under)}</div></dd></div>
`
}

/** No line break between a number and its unit. */
function unitsKept(text: string): string {
  return text.replace(/(\d) (ms|s|min|h)\b/g, '$1\u00a0$2')
}

export function scenarioSection(text: string): SafeHtml {
  return html`<section id="scenario"><h2>Scenario</h2>
<p class="lead">As resolved: defaults filled in, flags and environment applied.</p>
<pre tabindex="0"><code>${text}</code></pre></section>`
}

export function runFacts(summary: Summary): SafeHtml {
  const { run } = summary
  const facts: (readonly [string, string | SafeHtml])[] = [
    ['Run', run.id],
    ...(run.virtual ? [] : [['Started', startedWords(run.startedAt)] as const]),
    ['Duration', `${duration(run.durationSeconds)} from T0 to the last answer`],
    ...(run.virtual ? [] : [['Targets', run.targets.join(', ')] as const]),
    ['Fleet', `${fleetWords(run)} in ${makerWords(run)}`],
    ['Ended', run.complete ? 'in good order' : 'no end in the record: finished intervals only'],
    ...generatorFacts(summary),
    ['Software', `shakedown ${run.version}${run.host ? `, node ${run.host.node}` : ''}`],
    ['Seed', String(run.seed)],
    ['Plan hash', html`<code>${run.planHash}</code>`],
    ['Scenario hash', html`<code>${run.scenarioHash}</code>`],
  ]
  const rows = facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)
  return html`<section id="run"><h2>Run</h2><dl class="about">${rows}</dl></section>`
}

function generatorFacts({ run, generator }: Summary): [string, string][] {
  if (generator === undefined || run.host === undefined) return []
  const { cpuShare, eventLoopUtilisation, rssMiB } = generator
  const loop = `event loop ${percent(eventLoopUtilisation)}, ${count(Math.round(rssMiB))} MiB`
  const beside = besideWords(generator)
  return [
    ['Generator', `CPU ${percent(cpuShare)} of ${counted(run.host.cpus, 'core')}, ${loop}`],
    ...(beside === undefined ? [] : [['Beside it', beside] as [string, string]]),
  ]
}

/** `2026-01-01 00:00:00 UTC`; what is no such stamp is shown as it is. */
function startedWords(startedAt: string): string {
  const [, day, time] = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)\S*Z$/.exec(startedAt) ?? []
  return day === undefined ? startedAt : `${day} ${time} UTC`
}
