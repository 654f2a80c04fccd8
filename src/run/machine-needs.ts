import { mixCounts } from '../scenario/mix.ts'
import type { Load, Scenario, TransportKind } from '../scenario/scenario.ts'

/** What a machine has. null: the system does not tell. */
export interface Machine {
  /** The most one process may open. */
  readonly descriptorLimit: number | null
  /** The most one process may reserve, null: without limit. */
  readonly addressSpaceGiB: number | null
  /** For connections that go out, to one address and port. */
  readonly localPorts: number | null
  /** The most that may be taken, and what of it is free. */
  readonly memoryLimitMiB: number
  readonly memoryFreeMiB: number
  readonly cores: number
  /** The smallest step of the monotonic clock. */
  readonly clockStepUs: number
}

/** What a run asks of the machine it runs on. */
export interface Demand {
  readonly things: Readonly<Record<TransportKind, number>>
  /** Addresses that share the things of a transport. */
  readonly targets: Readonly<Record<TransportKind, number>>
  readonly workers: number
  readonly ownStandIn: boolean
  /** Attempts, without what throttling adds; 0 where the scenario does not say. */
  readonly peakAttemptsPerSecond: number
}

export interface MachineCheck {
  readonly name: string
  readonly found: number | null
  readonly needed: number
  readonly unit: string
  readonly enough: boolean
  /** What to do about it, with the number. */
  readonly cure: string
}

/** A run that uses more of something is invalid (design 5.11), so this much of it must do. */
const USABLE = { descriptors: 0.9, ports: 0.9, memory: 0.85, cores: 0.9, workers: 0.85 }

/** Files, pipes, epoll and event descriptors of Node; seen were 28 and 5 for each further worker. */
const OWN_DESCRIPTORS = 64
const DESCRIPTORS_PER_WORKER = 10

/*
 * Resident memory. Measured on Node 20.20, x64, as the slope of the peak between 1,000 and 5,000
 * things under 200 starts a second: 17 KiB a thing on MQTT, 28 KiB on HTTP; the stand-in 20 and 3.
 * A run of ten things takes 145 MiB and 45 MiB for each further worker, a stand-in 120 MiB.
 */
const MEMORY_KIB = { generator: { mqtt: 20, http: 32 }, standIn: { mqtt: 24, http: 8 } }
const RUN_MIB = 145
const WORKER_MIB = 45
const STAND_IN_MIB = 120

/*
 * Processor time of one attempt, as low as it was ever measured (design 9: plain loops on the
 * libraries, and 18,000 exchanges a second on the stand-in). A machine that is too slow by these
 * numbers is so for certain; one that is not may still be, and then the run says so.
 */
const GENERATOR_US = 45
const STAND_IN_US = 55

/** Coarser, and the schedule lag of 10 ms that makes a run invalid could not be told. */
const CLOCK_STEP_US = 1_000

/** Reserved and not used: each WebAssembly memory of Node takes ten. Seen were 51, 82 and 143 with 1, 2 and 4 workers. */
const ADDRESS_SPACE_GIB = { own: 22, worker: 31 }

/** @param targets how many addresses of each kind; undefined for a stand-in of the run's own. */
export function demandOf(
  scenario: Scenario,
  workers: number,
  targets: Demand['targets'] | undefined,
): Demand {
  const counts = mixCounts(scenario)
  const things = { mqtt: 0, http: 0 }
  for (const [row, { transport }] of scenario.fleet.mix.entries()) {
    things[transport] += counts[row] ?? 0
  }
  return {
    things,
    targets: targets ?? { mqtt: 1, http: 1 },
    workers,
    ownStandIn: targets === undefined,
    // A start is one ask, its progress updates and the terminal one.
    peakAttemptsPerSecond: peakStartsPerSecond(scenario.load) * (2 + scenario.behaviour.updates),
  }
}

function peakStartsPerSecond(load: Load): number {
  if (load.kind !== 'arrivals') return 0
  return Math.max(
    ...load.phases.map(({ fromPerSecond, toPerSecond }) => Math.max(fromPerSecond, toPerSecond)),
  )
}

/** Whether the machine is large enough, one check after the other. What is not told is believed. */
export function machineChecks(machine: Machine, demand: Demand): MachineCheck[] {
  const { things, ownStandIn } = demand
  return [
    descriptorCheck('descriptors of the run', machine, things, runDescriptors(demand)),
    ...(ownStandIn
      ? [descriptorCheck('descriptors of the stand-in', machine, things, OWN_DESCRIPTORS)]
      : []),
    portCheck(machine, demand),
    memoryCheck(machine, demand),
    ...(machine.addressSpaceGiB === null
      ? []
      : [addressSpaceCheck(machine.addressSpaceGiB, demand)]),
    coreCheck(machine, demand),
    workerCheck(demand),
    check('clock step', machine.clockStepUs, CLOCK_STEP_US, 'µs at most', {
      enough: machine.clockStepUs <= CLOCK_STEP_US,
      cure: 'Choose a finer clock source (/sys/devices/system/clocksource), such as tsc or kvm-clock.',
    }),
  ]
}

function runDescriptors({ workers }: Demand): number {
  return OWN_DESCRIPTORS + workers * DESCRIPTORS_PER_WORKER
}

/** Each thing holds one socket, on either side. */
function descriptorCheck(
  name: string,
  { descriptorLimit }: Machine,
  { mqtt, http }: Demand['things'],
  own: number,
): MachineCheck {
  const needed = Math.ceil((mqtt + http + own) / USABLE.descriptors)
  return check(name, descriptorLimit, needed, '', {
    cure: `Raise the limit of open files to ${needed} (ulimit -Hn ${needed}; LimitNOFILE= in systemd; docker run --ulimit nofile=${needed}), or use fewer things.`,
  })
}

function portCheck({ localPorts }: Machine, { things, targets, ownStandIn }: Demand): MachineCheck {
  const perAddress = (['mqtt', 'http'] as const).map((transport) =>
    Math.ceil(things[transport] / Math.max(1, targets[transport])),
  )
  const needed = Math.ceil(Math.max(...perAddress) / USABLE.ports)
  const more = ownStandIn ? '' : ', or name more addresses of the service with --target'
  return check('local ports for one address', localPorts, needed, '', {
    cure: `Widen the range (sysctl -w net.ipv4.ip_local_port_range="1024 65535")${more}, or use fewer things.`,
  })
}

function memoryCheck(machine: Machine, { things, workers, ownStandIn }: Demand): MachineCheck {
  const thingsMiB = (kibibytes: Demand['things']) =>
    (things.mqtt * kibibytes.mqtt + things.http * kibibytes.http) / 1024
  const runMiB = RUN_MIB + (workers - 1) * WORKER_MIB + thingsMiB(MEMORY_KIB.generator)
  const standInMiB = ownStandIn ? STAND_IN_MIB + thingsMiB(MEMORY_KIB.standIn) : 0
  const needed = Math.ceil((runMiB + standInMiB) / USABLE.memory)
  const found = Math.floor(Math.min(machine.memoryLimitMiB, machine.memoryFreeMiB))
  return check('free memory', found, needed, 'MiB', {
    cure: `Free memory or raise its limit to ${needed} MiB, or use fewer things.`,
  })
}

function addressSpaceCheck(foundGiB: number, { workers }: Demand): MachineCheck {
  const needed = ADDRESS_SPACE_GIB.own + workers * ADDRESS_SPACE_GIB.worker
  return check('address space', Math.floor(foundGiB), needed, 'GiB', {
    cure: 'Take the limit away (ulimit -v unlimited; LimitAS= in systemd); a limit on memory itself, as of a control group, is no hindrance.',
  })
}

function coreCheck({ cores }: Machine, demand: Demand): MachineCheck {
  const { peakAttemptsPerSecond, ownStandIn } = demand
  const attemptUs = GENERATOR_US + (ownStandIn ? STAND_IN_US : 0)
  const busy = (peakAttemptsPerSecond * attemptUs) / 1e6
  const needed = Math.max(1, Math.ceil((busy / USABLE.cores) * 10) / 10)
  return check('cores', cores, needed, '', {
    cure: `${Math.round(peakAttemptsPerSecond)} attempts a second at the peak need ${needed} cores: lower the rate, or use a larger machine.`,
  })
}

function workerCheck({ peakAttemptsPerSecond, workers }: Demand): MachineCheck {
  const busy = (peakAttemptsPerSecond * GENERATOR_US) / 1e6
  const needed = Math.max(1, Math.ceil(busy / USABLE.workers))
  return check('worker threads', workers, needed, '', {
    cure: `Give the run --workers ${needed}, or lower the rate.`,
  })
}

function check(
  name: string,
  found: number | null,
  needed: number,
  unit: string,
  { enough = found === null || found >= needed, cure }: { enough?: boolean; cure: string },
): MachineCheck {
  return { name, found, needed, unit, enough, cure }
}
