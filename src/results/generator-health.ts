import { meanBeside } from './beside.ts'
import { SUSTAINED_INTERVALS } from './limits.ts'
import type { MeasuredRecord } from './measured-run.ts'
import type { HostRow, ThreadHealth } from './rows.ts'
import type { RunRecord } from './run-record.ts'
import type { Summary } from './summary.ts'

/** The generator under load. `sustained` is the level it kept for several intervals in a row; null without any. */
export interface GeneratorHealth {
  readonly sustained: {
    /** Of the worst worker. */
    readonly eventLoopUtilisation: number | null
    readonly loopDelayP99Ms: number | null
    readonly cpuShare: number | null
    readonly gcShare: number | null
  }
  /** The worst single interval of any worker. */
  readonly worstLoopDelayMs: number | null
  readonly peakRssMiB: number | null
  readonly peakDescriptors: number | null
  readonly mean: NonNullable<Summary['generator']>
}

export function generatorHealth(record: RunRecord, { t0Ms }: MeasuredRecord): GeneratorHealth {
  const loaded = record.intervals.map(({ row }) => row).filter(({ stage }) => stage === 'load')
  const loadEndMs = loaded.reduce((latest, { toMs }) => Math.max(latest, toMs), 0)
  const hosts = record.hosts.filter(({ fromMs, toMs }) => {
    const middleMs = (fromMs + toMs) / 2
    return t0Ms !== undefined && middleMs >= t0Ms && middleMs <= loadEndMs
  })
  const workers = [...new Set(loaded.map(({ worker }) => worker))]
  const ofWorkers = (key: keyof ThreadHealth) =>
    workers.map((worker) =>
      loaded.filter((row) => row.worker === worker).flatMap(({ health }) => health?.[key] ?? []),
    )
  const ofHost = (key: keyof HostRow) => hosts.map((row) => Number(row[key]))
  const utilisation = ofWorkers('eventLoopUtilisation')
  const delays = ofWorkers('loopDelayP99Ms')
  const beside = meanBeside(hosts.map((row) => row.beside))
  return {
    sustained: {
      eventLoopUtilisation: highest(utilisation.map(sustained)),
      loopDelayP99Ms: highest(delays.map(sustained)),
      cpuShare: sustained(ofHost('cpuShare')),
      gcShare: sustained(ofHost('gcShare')),
    },
    worstLoopDelayMs: highest([...delays, ...ofWorkers('loopDelayMaxMs')].flat()),
    peakRssMiB: highest(record.hosts.map(({ rssMiB }) => rssMiB)),
    peakDescriptors: highest(record.hosts.map(({ descriptors }) => descriptors)),
    mean: {
      cpuShare: mean(ofHost('cpuShare')),
      eventLoopUtilisation: highest(utilisation.map(mean)) ?? 0,
      rssMiB: highest(record.hosts.map(({ rssMiB }) => rssMiB)) ?? 0,
      ...(beside && { beside }),
    },
  }
}

/** The highest level below which some run of intervals never fell. A shorter load is one such run. */
export function sustained(levels: readonly number[]): number | null {
  const length = Math.min(SUSTAINED_INTERVALS, levels.length)
  if (length === 0) return null
  const floors = levels.slice(length - 1).map((_, at) => Math.min(...levels.slice(at, at + length)))
  return highest(floors)
}

function highest(values: readonly (number | null)[]): number | null {
  return values.reduce<number | null>(
    (most, value) => (value !== null && (most === null || value > most) ? value : most),
    null,
  )
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
}
