import { figuresOf, type OutlookVariant, type Spread, variantName } from './outlook-figures.ts'

/** A chart over what was swept, or over the seeds where nothing was. */
export interface OutlookChart {
  readonly id: string
  readonly title: string
  readonly unit: 'time' | 'share' | 'amount'
  readonly series: readonly OutlookSeries[]
}

export interface OutlookSeries {
  readonly label: string
  readonly color: string
  readonly values: readonly (number | null)[]
}

export interface OutlookAxis {
  readonly title: string
  readonly values: readonly number[]
  /** Words in place of numbers, where what was swept is no number. */
  readonly names: readonly string[] | undefined
  /** Values that span more than this many times themselves are spread by their logarithm. */
  readonly isLogarithmic: boolean
}

export interface OutlookCharts {
  readonly axis: OutlookAxis
  readonly charts: readonly OutlookChart[]
}

/** @returns undefined where there is but one point to draw. */
export function outlookCharts(variants: readonly OutlookVariant[]): OutlookCharts | undefined {
  const [only] = variants
  if (variants.length > 1) return withoutEmpty(overVariants(variants))
  return only !== undefined && only.runs.length > 1 ? withoutEmpty(overSeeds(only)) : undefined
}

/** Nothing ever timed out: that needs no chart. */
function withoutEmpty({ axis, charts }: OutlookCharts): OutlookCharts {
  const has = ({ series }: OutlookChart) => series.some(({ values }) => values.some(Boolean))
  return { axis, charts: charts.filter(has) }
}

const METRICS = [
  { id: 'eta', title: 'Until all is done', unit: 'time', of: 'etaSeconds', color: 'blue' },
  {
    id: 'throttled',
    title: 'Throttled attempts',
    unit: 'share',
    of: 'throttledShare',
    color: 'orange',
  },
  {
    id: 'attempts',
    title: 'Attempts for each success',
    unit: 'amount',
    of: 'attemptsPerSuccess',
    color: 'violet',
  },
  {
    id: 'timed-out',
    title: 'Executions timed out',
    unit: 'share',
    of: 'timedOutShare',
    color: 'red',
  },
] as const

const LINES = [
  ['p50', ''],
  ['p90', 'p90'],
  ['max', 'limit'],
] as const

function overVariants(variants: readonly OutlookVariant[]): OutlookCharts {
  const figures = variants.map(figuresOf)
  const several = variants.some(({ runs }) => runs.length > 1)
  const charts = METRICS.map(({ id, title, unit, of, color }): OutlookChart => {
    const values = (key: keyof Spread) => figures.map((figure) => figure[of]?.[key] ?? null)
    const lines = several ? LINES : LINES.slice(0, 1)
    return {
      ...{ id, title, unit },
      series: lines.map(([key, own]) => ({
        label: several ? `${key} of the seeds` : title,
        color: own === '' ? color : own,
        values: values(key),
      })),
    }
  })
  return { axis: axisOf(variants), charts }
}

function axisOf(variants: readonly OutlookVariant[]): OutlookAxis {
  const [first] = variants
  const title = first?.settings.map(([key]) => key).join(', ') ?? ''
  const numbers = variants.map(({ settings }) =>
    settings.length === 1 ? Number(settings[0]?.[1]) : Number.NaN,
  )
  const isRising = numbers.every((value, index) => index === 0 || value > (numbers[index - 1] ?? 0))
  if (!isRising || numbers.some((value) => !Number.isFinite(value))) {
    const names = variants.map((variant) =>
      variant.settings.length === 1 ? (variant.settings[0]?.[1] ?? '') : variantName(variant),
    )
    return { title, values: variants.map((_, index) => index), names, isLogarithmic: false }
  }
  const [least = 0] = numbers
  const isLogarithmic = least > 0 && (numbers.at(-1) ?? 0) / least >= 20
  return { title, values: numbers, names: undefined, isLogarithmic }
}

/** Each figure's values in their order: how large is it with that share of the seeds, or less? */
function overSeeds({ runs }: OutlookVariant): OutlookCharts {
  const charts = METRICS.map(({ id, title, unit, of, color }): OutlookChart => {
    const values = runs
      .map((run) => run[of])
      .filter((value) => value !== null)
      .sort((one, other) => one - other)
    return { ...{ id, title, unit }, series: [{ label: title, color, values }] }
  })
  const values = runs.map((_, index) => Math.round(((index + 1) * 1_000) / runs.length) / 10)
  return {
    axis: { title: 'share of the seeds, %', values, names: undefined, isLogarithmic: false },
    charts,
  }
}
