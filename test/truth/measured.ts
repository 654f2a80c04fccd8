import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import type { Summary } from '../../src/results/summary.ts'
import { startedWith, temporaryFolder, WARM } from '../end-to-end/command-line.ts'
import { type Law, type LawOperation, type LawRecord, LawServer } from './law-server.ts'
import { sampleQuantile } from './laws.ts'

export interface Truth {
  readonly law: Law
  readonly scenario: string
  /** What the law says, in milliseconds, by the percentile's name. */
  readonly expectedMs: Readonly<Partial<Record<LawOperation, Readonly<Record<string, number>>>>>
}

export interface Measured {
  readonly summary: Summary
  readonly record: LawRecord
}

/** How often a run may be void on a machine that has other things to do. */
const MOST_ATTEMPTS = 8

/**
 * Measures a server of this law until a run says that it is valid, and holds that run against the
 * law. A run that claims to be valid must be right; one that says it is not proves nothing, and so
 * does a server that was itself too late to keep its law.
 */
export async function expectTruth(truth: Truth): Promise<Measured> {
  const reasons: string[] = []
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const measured = await measure(truth)
    const unfit = unfitness(truth, measured)
    if (unfit !== undefined) {
      console.warn(`Proves nothing, once more: ${unfit}.`)
      reasons.push(unfit)
      continue
    }
    expectMatch(truth, measured)
    return measured
  }
  throw new Error(`none of ${MOST_ATTEMPTS} runs was valid: ${reasons.join('; ')}`)
}

async function measure({ law, scenario }: Truth): Promise<Measured> {
  const folder = temporaryFolder()
  const file = join(folder, 'scenario.yaml')
  writeFileSync(file, scenario)
  const server = await LawServer.start(law)
  onTestFinished(() => server.kill())
  const targets = server.targets.flatMap((target) => ['--target', target])
  const words = ['run', file, ...targets, '--workers', '1', '--out', join(folder, 'run')]
  const { exitCode, stdout, stderr } = await startedWith({ env: WARM }, ...words).ended
  expect([0, 3], stdout + stderr).toContain(exitCode)
  const summary: Summary = JSON.parse(readFileSync(join(folder, 'run', 'summary.json'), 'utf8'))
  expect(summary.validity.valid).toBe(exitCode === 0)
  return { summary, record: await server.record() }
}

function unfitness({ expectedMs }: Truth, { summary, record }: Measured): string | undefined {
  if (!summary.validity.valid) {
    const broken = summary.validity.checks.filter(({ level }) => level === 'invalid')
    return `the run was void by ${broken.map(({ name, observed }) => `${name} ${observed}`)}`
  }
  if (record.loopDelayP99Ms > 5) return `the server was late by ${record.loopDelayP99Ms} ms`
  for (const [operation, quantiles] of Object.entries(expectedMs)) {
    for (const [name, ms] of Object.entries(quantiles)) {
      const gaveMs = recorded(record, operation as LawOperation, name)
      if (Math.abs(gaveMs - ms) > toleranceMs(ms) / 2)
        return `the server gave ${operation} ${gaveMs} ms for ${name}, not ${ms}`
      const late = lateness(summary, operation, name)
      if (!(late < toleranceMs(ms) / 2))
        return `${operation} was itself late by ${late} ms (${name})`
    }
  }
  return undefined
}

/**
 * What the run itself says it was late by at this percentile, and at the far end the longest moment
 * in which it could not even read its answers. Validity alone looks no further than the p99.
 */
function lateness({ operations, validity }: Summary, operation: string, name: string): number {
  const lags = operations[operation]?.lagMs as Record<string, number> | undefined
  const lagMs = lags?.[name] ?? Number.NaN
  const stillMs = validity.checks.find((check) => check.name === 'standstill')?.observed ?? 0
  return name === 'p99.9' ? Math.max(lagMs, stillMs / 2) : lagMs
}

function expectMatch({ expectedMs }: Truth, { summary, record }: Measured): void {
  for (const [operation, quantiles] of Object.entries(expectedMs)) {
    const { responseMs, serviceMs } = summary.operations[operation] ?? {}
    for (const [name, ms] of Object.entries(quantiles)) {
      const gaveMs = recorded(record, operation as LawOperation, name)
      for (const [kind, latency] of Object.entries({ responseMs, serviceMs })) {
        const saysMs = (latency as Record<string, number> | undefined)?.[name] ?? Number.NaN
        const what = `${operation} ${kind} ${name} is ${saysMs}, the law says ${ms}, the server gave ${gaveMs}`
        expect(Math.abs(saysMs - ms), what).toBeLessThanOrEqual(toleranceMs(ms))
        expect(Math.abs(saysMs - gaveMs), what).toBeLessThanOrEqual(toleranceMs(gaveMs))
      }
    }
  }
}

function recorded({ delaysUs }: LawRecord, operation: LawOperation, name: string): number {
  return sampleQuantile(delaysUs[operation], Number(name.slice(1)) / 100) / 1e3
}

/** 2 % or 2 ms. */
function toleranceMs(ms: number): number {
  return Math.max(2, ms * 0.02)
}
