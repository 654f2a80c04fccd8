import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import type { Beside } from '../results/rows.ts'
import { coresGranted } from './machine.ts'

/** What all cores together have done since the machine began; in any unit, since only shares are taken. */
export interface MachineTimes {
  readonly busy: number
  readonly idle: number
  /** Of a virtual machine: when a core had work and the host ran something else. 0 where nobody tells. */
  readonly stolen: number
  /** With what is none of those three. */
  readonly total: number
}

/** Who else had the processor while the run went on. Looks once a second, in a tenth of a millisecond. */
export class BesideMonitor {
  readonly #cores = cpus().length
  /** undefined where nothing can be told. Of a process that may use a part of the cores only, the whole
   *  machine says nothing: what others do on the rest takes nothing from it. */
  #last = coresGranted() < this.#cores ? undefined : machineTimes()

  /**
   * Since the last call.
   * @param cpuShare of all cores, 0..1, that this process used.
   * @param standInCores how many cores the run's own stand-in used.
   */
  take(cpuShare: number, standInCores: number): Beside | undefined {
    if (this.#last === undefined) return undefined
    const before = this.#last
    this.#last = machineTimes()
    return this.#last && besideOf(before, this.#last, cpuShare + standInCores / this.#cores)
  }
}

/** @returns undefined when the machine's clock of work stood still in between. */
export function besideOf(
  before: MachineTimes,
  after: MachineTimes,
  ownShare: number,
): Beside | undefined {
  const total = after.total - before.total
  if (!(total > 0)) return undefined
  // Ours is counted finer than the machine's, whose step is 10 ms: alone on it, less than nothing is left.
  const shareOf = (part: number) => Math.round(Math.min(1, Math.max(0, part)) * 10_000) / 10_000
  return {
    othersShare: shareOf((after.busy - before.busy) / total - ownShare),
    stolenShare: shareOf((after.stolen - before.stolen) / total),
    idleShare: shareOf((after.idle - before.idle) / total),
  }
}

/** undefined where the system does not tell. */
export function machineTimes(): MachineTimes | undefined {
  try {
    return procStatTimes(readFileSync('/proc/stat', 'utf8'))
  } catch {
    return cpuTimes()
  }
}

/**
 * The first line of Linux's `/proc/stat` (proc_stat(5)): user nice system idle iowait irq softirq steal.
 * softirq is neither busy nor idle: it is the network's work, most of it on our own packets.
 */
export function procStatTimes(stat: string): MachineTimes | undefined {
  const [, line] = /^cpu +(\d[\d ]*)/.exec(stat) ?? []
  if (line === undefined) return undefined
  const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, stolen = 0] =
    line.split(' ').map(Number)
  const busy = user + nice + system + irq
  const resting = idle + iowait
  return { busy, idle: resting, stolen, total: busy + resting + softirq + stolen }
}

function cpuTimes(): MachineTimes {
  const all = cpus().map(({ times }) => times)
  const busy = all.reduce((sum, { user, nice, sys, irq }) => sum + user + nice + sys + irq, 0)
  const idle = all.reduce((sum, times) => sum + times.idle, 0)
  return { busy, idle, stolen: 0, total: busy + idle }
}
