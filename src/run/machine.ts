import { readFileSync } from 'node:fs'
import { availableParallelism, freemem, totalmem } from 'node:os'
import { systemClock } from '../clock/clock.ts'
import type { Machine } from './machine-needs.ts'

const MIB = 1_048_576

/** Looks at the machine, and at the limits this process has on it. */
export function readMachine(): Machine {
  return {
    descriptorLimit: ownDescriptorLimit(),
    addressSpaceGiB: addressSpaceGiB(textOf('/proc/self/limits')),
    localPorts: localPorts(
      textOf('/proc/sys/net/ipv4/ip_local_port_range'),
      textOf('/proc/sys/net/ipv4/ip_local_reserved_ports'),
    ),
    memoryLimitMiB: Math.min(process.constrainedMemory() || totalmem(), totalmem()) / MIB,
    memoryFreeMiB: (process.availableMemory() || freemem()) / MIB,
    cores: coresGranted(),
    clockStepUs: clockStepUs(),
  }
}

/** How many cores this process may use, by its affinity and the quota of its control group. */
export function coresGranted(): number {
  return Math.min(availableParallelism(), coreQuota(textOf('/sys/fs/cgroup/cpu.max')))
}

/** Of this process; null where the system does not tell, or sets none. */
export function ownDescriptorLimit(): number | null {
  return descriptorLimit(textOf('/proc/self/limits'))
}

/** The soft limit; Node has raised it to the hard one when it began. */
export function descriptorLimit(limits: string): number | null {
  const [, soft] = /^Max open files\s+(\d+|unlimited)\s/m.exec(limits) ?? []
  return soft === undefined || soft === 'unlimited' ? null : Number(soft)
}

/** Null where there is no limit (`ulimit -v`), as there seldom is one. */
export function addressSpaceGiB(limits: string): number | null {
  const [, soft] = /^Max address space\s+(\d+)\s/m.exec(limits) ?? []
  return soft === undefined ? null : Number(soft) / 1024 ** 3
}

/** How many ports of the range are not reserved: `32768 60999` without `40000-40009,50000`. */
export function localPorts(range: string, reserved: string): number | null {
  const [, low, high] = /^\s*(\d+)\s+(\d+)/.exec(range) ?? []
  if (low === undefined || high === undefined) return null
  const [first, last] = [Number(low), Number(high)]
  const taken = reserved
    .split(',')
    .map((part) => part.trim().split('-').map(Number))
    .reduce((sum, [from = Number.NaN, to = from]) => {
      const inside = Math.min(to, last) - Math.max(from, first) + 1
      return inside > 0 ? sum + inside : sum
    }, 0)
  return last - first + 1 - taken
}

/** `200000 100000` is two cores; `max 100000` is as many as there are. */
export function coreQuota(cpuMax: string): number {
  const [, quota, period] = /^(\d+) (\d+)/.exec(cpuMax) ?? []
  return quota === undefined ? Number.POSITIVE_INFINITY : Number(quota) / Number(period)
}

/** The smallest step seen. A clock that stands still all that time is coarser than that. */
function clockStepUs(): number {
  let smallestUs = Number.POSITIVE_INFINITY
  let lastUs = systemClock.nowUs()
  for (let look = 0; look < 200_000 && smallestUs > 1; look++) {
    const nowUs = systemClock.nowUs()
    if (nowUs > lastUs) smallestUs = Math.min(smallestUs, nowUs - lastUs)
    lastUs = nowUs
  }
  return smallestUs
}

/** Empty where the system has no such file. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
