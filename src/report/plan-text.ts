import type { Forecast } from '../scenario/forecast/forecast.ts'
import type { PhaseLoad, QuotaName, QuotaUse } from '../scenario/forecast/quota-load.ts'
import type { Plan } from '../scenario/plan.ts'
import { amount, count, counted, duration, inUnit, NOTHING, percent, perSecond } from './figures.ts'
import { planAnswer, QUOTA_WORDS } from './plan-answer.ts'
import { type Cell, type Column, type Paint, painter, tableLines, wrapped } from './text-table.ts'

export interface PlanTextOptions {
  readonly color: boolean
  readonly width: number
}

/** What the machine of the generator must have; a check of the machine fits. */
export interface Need {
  readonly name: string
  /** null: the system does not tell. */
  readonly found: number | null
  readonly needed: number
  readonly unit: string
  readonly enough: boolean
}

/** Width of the labels on the left. */
const INDENT = 13

/** What a scenario is going to ask for, as text: the answer first, then what it is made of. */
export function planText(
  plan: Plan,
  forecast: Forecast,
  needs: readonly Need[],
  options: PlanTextOptions,
): string {
  const paint = painter(options.color)
  const width = Math.max(60, Math.min(options.width, 100))
  const { headline, sentences, tone } = planAnswer(plan, forecast)
  const section = (label: string, lines: readonly string[]) => labelled(label, lines, width, paint)
  return [
    ...wrapped(headline, width).map((line) => paint(tone, line)),
    ...sentences.flatMap((sentence) => wrapped(sentence, width)),
    '',
    ...section('scenario', [scenarioLine(plan)]),
    ...section('execution', executionLines(forecast)),
    ...section('start-up', startUpLines(forecast)),
    ...section('timers', timerLines(forecast)),
    '',
    ...tableLines(phaseColumns(forecast), width, paint),
    '',
    ...tableLines(quotaColumns(forecast), width, paint),
    '',
    ...tableLines(needColumns(needs), width, paint),
    '',
    ...section('left out', forecast.leftOut),
  ].join('\n')
}

function scenarioLine({ scenario, things, seed, load, starts, mix }: Plan): string {
  const rows = mix.map(({ things, transport }) => `${count(things)} on ${transport.toUpperCase()}`)
  const work = starts === null ? load : `${load} of ${counted(starts, 'start')}`
  return `${scenario}: ${counted(things, 'thing')} (${rows.join(', ')}), ${work}, seed ${seed}`
}

function executionLines({ cost, completionsPerSecond, demand }: Forecast): string[] {
  const updates = cost.writes - 2
  const made = `one to begin, ${counted(updates, 'progress update')}, the terminal one`
  const lines = [
    `${counted(cost.writes, 'write')} each (${made}), ${duration(cost.durationUs / 1e6)} on average`,
  ]
  if (Number.isFinite(completionsPerSecond)) {
    const perMinute = count(Math.floor(completionsPerSecond * 60 + 1e-6))
    lines.push(
      `the account completes at most ${perSecond(completionsPerSecond)}, ${perMinute} a minute`,
    )
  }
  const idle = demand.empties > 0 ? `; ${count(Math.round(demand.empties))} asks find nothing` : ''
  return [...lines, `${count(Math.round(demand.executions))} begin${idle}`]
}

function startUpLines({ startUp }: Forecast): string[] {
  const { pacedUs, connectsUs, subscribesUs, readyUs, limitUs, mqttThings, filters } = startUp
  const figures = [
    `${time(pacedUs)} at the connect rate`,
    ...(connectsUs > 0
      ? [`${time(connectsUs)} at the quota of connects (${count(mqttThings)})`]
      : []),
    ...(subscribesUs > 0
      ? [`${time(subscribesUs)} at that of subscribes (${counted(filters, 'filter')})`]
      : []),
  ]
  const lines = [`ready after ${time(readyUs)}: ${figures.join(', ')}`]
  if (readyUs > limitUs) {
    lines.push(`connect.limit is ${time(limitUs)}: the load begins before the fleet is complete`)
  }
  return lines
}

function timerLines({ timers }: Forecast): string[] {
  if (timers.either === 0) return []
  const each = [
    ...(timers.step > 0 ? [`the step timer ${percent(timers.step)}`] : []),
    ...(timers.inProgress > 0 ? [`the in-progress timer ${percent(timers.inProgress)}`] : []),
  ]
  return [
    `end ${percent(timers.either)} of the executions by the law of their work: ${each.join(', ')}`,
  ]
}

function phaseColumns({ load }: Forecast): Column[] {
  const { phases } = load
  const column = (title: string, cell: (phase: PhaseLoad) => Cell, spare = false): Column => ({
    ...{ title, align: 'right', gap: 2, spare },
    cells: phases.map(cell),
  })
  const peak = (title: string, quota: QuotaName, spare = false) =>
    column(title, ({ uses }) => peakCell(uses[quota]), spare)
  return [
    { title: 'peak a second', align: 'left', cells: phases.map(({ name }) => ({ text: name })) },
    column('from', ({ stage, fromUs }) => ({
      text: stage === 'connect' ? 'before' : time(fromUs),
    })),
    column('lasts', ({ fromUs, toUs }) => ({ text: time(toUs - fromUs) })),
    peak('connects', 'connects', true),
    peak('subscribes', 'subscribes', true),
    peak('writes', 'writes'),
    ...(phases.some(({ uses }) => uses.reads !== undefined) ? [peak('reads', 'reads')] : []),
    peak('pub in', 'publishesIn', true),
    peak('pub out', 'publishesOut', true),
    column('above', ({ uses }) => aboveCell(uses.writes)),
    column('waiting', ({ waitingWrites }) => numberCell(waitingWrites)),
  ]
}

function peakCell(use: QuotaUse | undefined): Cell {
  if (use === undefined) return { text: NOTHING, tone: 'faint' }
  return { text: amount(use.peak), tone: use.share > 1 ? 'warn' : 'plain' }
}

function aboveCell(writes: QuotaUse | undefined): Cell {
  const share = writes?.aboveShare ?? 0
  return share === 0 ? { text: '0', tone: 'faint' } : { text: percent(share), tone: 'warn' }
}

function numberCell(value: number): Cell {
  const whole = Math.round(value)
  return whole === 0 ? { text: '0', tone: 'faint' } : { text: count(whole), tone: 'warn' }
}

/** Each quota by the phase that asks most of it. */
function quotaColumns({ load }: Forecast): Column[] {
  const rows = (Object.keys(QUOTA_WORDS) as QuotaName[]).flatMap((quota) => {
    const [most] = load.phases
      .flatMap(({ name, uses }) => {
        const use = uses[quota]
        return use === undefined ? [] : [{ quota, phase: name, use }]
      })
      .sort((one, other) => other.use.peak - one.use.peak)
    return most === undefined ? [] : [most]
  })
  const column = (title: string, cell: (row: (typeof rows)[number]) => Cell): Column => ({
    ...{ title, align: 'right', gap: 2 },
    cells: rows.map(cell),
  })
  return [
    {
      title: 'quota',
      align: 'left',
      cells: rows.map(({ quota }) => ({ text: QUOTA_WORDS[quota] })),
    },
    column('allows', ({ use }) => ({ text: limitText(use.limit) })),
    column('peak', ({ use }) => ({ text: perSecond(use.peak) })),
    column('used', ({ use }) => ({
      text: Number.isFinite(use.limit) ? percent(use.share) : NOTHING,
      tone: use.share > 1 ? 'warn' : 'plain',
    })),
    { ...column('phase', ({ phase }) => ({ text: phase })), align: 'left' },
  ]
}

function limitText(limit: number): string {
  return Number.isFinite(limit) ? `${inUnit(limit, '')}/s` : 'unlimited'
}

function needColumns(needs: readonly Need[]): Column[] {
  return [
    { title: 'the machine', align: 'left', cells: needs.map(({ name }) => ({ text: name })) },
    {
      ...{ title: 'needed', align: 'right', gap: 2 },
      cells: needs.map(({ needed, unit }) => ({ text: inUnit(needed, unit) })),
    },
    {
      ...{ title: 'has', align: 'right', gap: 2 },
      cells: needs.map(({ found, unit, enough }) => ({
        text: inUnit(found, unit.replace(' at most', '')),
        tone: enough ? 'plain' : 'warn',
      })),
    },
  ]
}

function labelled(label: string, lines: readonly string[], width: number, paint: Paint): string[] {
  const broken = lines.flatMap((text) =>
    wrapped(text, width - INDENT).map((part, index) => (index === 0 ? part : `  ${part}`)),
  )
  return broken.map((line, index) =>
    index === 0 ? paint('faint', label.padEnd(INDENT)) + line : ' '.repeat(INDENT) + line,
  )
}

function time(us: number): string {
  return Number.isFinite(us) ? duration(us / 1e6) : 'for ever'
}
