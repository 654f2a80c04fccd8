import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  addressSpaceGiB,
  coreQuota,
  descriptorLimit,
  localPorts,
  readMachine,
} from '../../src/run/machine.ts'
import { type Demand, demandOf, type Machine, machineChecks } from '../../src/run/machine-needs.ts'
import { parseScenario } from '../../src/scenario/parse.ts'

const LARGE: Machine = {
  descriptorLimit: 1_000_000,
  addressSpaceGiB: null,
  localPorts: 60_000,
  memoryLimitMiB: 64_000,
  memoryFreeMiB: 64_000,
  cores: 64,
  clockStepUs: 1,
}

const DEMAND: Demand = {
  things: { mqtt: 800, http: 200 },
  targets: { mqtt: 1, http: 1 },
  workers: 1,
  ownStandIn: true,
  peakAttemptsPerSecond: 300,
}

function lacking(machine: Partial<Machine>, demand: Partial<Demand> = {}): string[] {
  return machineChecks({ ...LARGE, ...machine }, { ...DEMAND, ...demand })
    .filter(({ enough }) => !enough)
    .map(({ name }) => name)
}

function neededOf(name: string, demand: Partial<Demand>): number {
  const checks = machineChecks(LARGE, { ...DEMAND, ...demand })
  return checks.find((check) => check.name === name)?.needed ?? Number.NaN
}

test('a large machine carries a common fleet', () => {
  expect(lacking({})).toEqual([])
})

test.each([
  { machine: { descriptorLimit: 1_000 }, name: 'descriptors of the run' },
  { machine: { descriptorLimit: 1_000 }, name: 'descriptors of the stand-in' },
  { machine: { localPorts: 800 }, name: 'local ports for one address' },
  { machine: { memoryFreeMiB: 250 }, name: 'free memory' },
  { machine: { memoryLimitMiB: 250 }, name: 'free memory' },
  { machine: { cores: 0.5 }, name: 'cores' },
  { machine: { clockStepUs: 15_600 }, name: 'clock step' },
  { machine: { addressSpaceGiB: 16 }, name: 'address space' },
])('$machine is too small for 1,000 things: $name', ({ machine, name }) => {
  expect(lacking(machine)).toContain(name)
})

test('each cure says the number that would do', () => {
  const [check] = machineChecks({ ...LARGE, descriptorLimit: 1_000 }, DEMAND)
  expect(check).toMatchObject({ found: 1_000, needed: 1_194, enough: false })
  expect(check?.cure).toContain('1194')
})

test('what the system does not tell is no reason to refuse', () => {
  expect(lacking({ descriptorLimit: null, localPorts: null })).toEqual([])
})

test('somebody else’s service needs no descriptors and no memory of this machine', () => {
  const foreign = { ownStandIn: false }
  expect(machineChecks(LARGE, { ...DEMAND, ...foreign }).map(({ name }) => name)).not.toContain(
    'descriptors of the stand-in',
  )
  expect(neededOf('free memory', foreign)).toBeLessThan(neededOf('free memory', {}))
})

test('addresses share the local ports, each transport its own', () => {
  const ports = 'local ports for one address'
  const things = { mqtt: 50_000, http: 30_000 }
  expect(neededOf(ports, { things })).toBe(Math.ceil(50_000 / 0.9))
  expect(neededOf(ports, { things, targets: { mqtt: 2, http: 1 } })).toBe(Math.ceil(30_000 / 0.9))
})

test('more things never need less of anything', () => {
  const counts = fc.record({ mqtt: fc.nat(1e6), http: fc.nat(1e6) })
  fc.assert(
    fc.property(counts, fc.nat(1e6), fc.boolean(), (things, more, isMqtt) => {
      const larger = isMqtt
        ? { ...things, mqtt: things.mqtt + more }
        : { ...things, http: things.http + more }
      const before = machineChecks(LARGE, { ...DEMAND, things })
      const after = machineChecks(LARGE, { ...DEMAND, things: larger })
      for (const [at, { needed }] of after.entries()) {
        expect(needed).toBeGreaterThanOrEqual(before[at]?.needed ?? 0)
      }
    }),
  )
})

describe('what a scenario asks for', () => {
  const scenario = (text: string) => parseScenario(text, { fileName: 'x.yaml' })

  test('is counted by transport, and at the peak of its phases', () => {
    const { things, peakAttemptsPerSecond, ownStandIn } = demandOf(
      scenario(`
name: x
fleet: { things: 1000, mix: [{ share: 70%, transport: mqtt }, { share: 30%, transport: http }] }
behaviour: { updates: 3 }
load:
  arrivals:
    - { name: ramp, from: 0/s, to: 80/s, for: 10s }
    - { name: steady, rate: 50/s, for: 10s }
`),
      2,
      undefined,
    )
    expect(things).toEqual({ mqtt: 700, http: 300 })
    expect(peakAttemptsPerSecond).toBe(400)
    expect(ownStandIn).toBe(true)
  })

  test('has no peak that is known before, in a loop', () => {
    const loop = scenario(
      '{ name: x, fleet: { things: 5 }, load: { loop: { for: 1m, pause: 1s } } }',
    )
    expect(demandOf(loop, 1, { mqtt: 1, http: 0 }).peakAttemptsPerSecond).toBe(0)
  })
})

describe('reading the machine', () => {
  test.each([
    {
      line: 'Max open files            1024                 524288               files     ',
      limit: 1024,
    },
    {
      line: 'Max open files            unlimited            unlimited            files     ',
      limit: null,
    },
    { line: '', limit: null },
  ])('"$line" is a limit of $limit', ({ line, limit }) => {
    expect(descriptorLimit(`Max cpu time unlimited unlimited seconds\n${line}\n`)).toBe(limit)
  })

  test.each([
    { range: '32768\t60999\n', reserved: '\n', ports: 28_232 },
    { range: '1024 65535', reserved: '8080,9000-9009', ports: 64_512 - 11 },
    { range: '40000 40009', reserved: '39990-40004', ports: 5 },
    { range: '', reserved: '', ports: null },
  ])('the range $range without $reserved has $ports ports', ({ range, reserved, ports }) => {
    expect(localPorts(range, reserved)).toBe(ports)
  })

  test.each([
    { text: '200000 100000\n', cores: 2 },
    { text: '50000 100000', cores: 0.5 },
    { text: 'max 100000', cores: Number.POSITIVE_INFINITY },
    { text: '', cores: Number.POSITIVE_INFINITY },
  ])('"$text" is $cores cores', ({ text, cores }) => {
    expect(coreQuota(text)).toBe(cores)
  })

  test('this machine has some of everything', () => {
    const { memoryLimitMiB, memoryFreeMiB, cores, clockStepUs } = readMachine()
    expect(memoryLimitMiB).toBeGreaterThanOrEqual(memoryFreeMiB)
    expect(memoryFreeMiB).toBeGreaterThan(0)
    expect(cores).toBeGreaterThan(0)
    expect(clockStepUs).toBeGreaterThan(0)
  })
})

test('a limit of address space is told by the system in bytes, and seldom', () => {
  const limits = (soft: string) =>
    `Max locked memory         65536    65536    bytes\nMax address space         ${soft}  unlimited  bytes\n`

  expect(addressSpaceGiB(limits('17179869184'))).toBe(16)
  expect(addressSpaceGiB(limits('unlimited'))).toBeNull()
  expect(addressSpaceGiB('')).toBeNull()
})
