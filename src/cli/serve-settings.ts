import { statSync } from 'node:fs'
import { ShakedownError } from '../errors.ts'
import type { StandInSettings } from '../protocol/admin.ts'
import type { Assignment } from '../scenario/overrides.ts'
import { parseScenario } from '../scenario/parse.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { environmentOverrides } from './environment.ts'
import { readScenario } from './read-scenario.ts'

export interface ServeArguments {
  scenario?: string
  http: string
  mqtt: string
  host: string
  things?: string
  jobsPerThing?: string
  namePrefix?: string
  quotas?: string
  control?: string
  documents?: string
  switch?: string[]
  set?: string[]
  parent: boolean
}

/** Without a scenario file: a small fleet with one job each, for the first try of somebody's code. */
const BARE = `
name: serve
service: { quotas: aws }
fleet: { things: 10 }
jobs: [{ id: job, document: { operation: install, version: 1.2.3 }, perThing: 1 }]
load: { arrivals: [{ name: none, rate: 0/s, for: 0s }] }
`

/** What the stand-in is to be: the scenario's part for it, with the flags on top. */
export function serveSettings(given: ServeArguments): StandInSettings {
  const set = [
    ...assigned('fleet.things', '--things', given.things),
    ...assigned('fleet.namePrefix', '--name-prefix', given.namePrefix),
    ...assigned('service.quotas', '--quotas', given.quotas),
    ...(given.switch ?? []).map(switched),
    ...(given.set ?? []),
  ]
  const scenario =
    given.scenario === undefined
      ? parseScenario(BARE, {
          fileName: 'the command line',
          set: [...environmentOverrides(process.env), ...set],
        })
      : readScenario(given.scenario, set)
  const settings = standInSettings(scenario)
  if (given.jobsPerThing === undefined) return settings
  const perThing = jobsPerThing(given.jobsPerThing)
  return { ...settings, jobs: settings.jobs.map((job) => ({ ...job, perThing })) }
}

/** @throws ShakedownError USAGE */
function switched(text: string): Assignment {
  if (/^[^=]+=/.test(text)) return { text: `service.switches.${text}`, origin: `--switch ${text}` }
  throw new ShakedownError('USAGE', `--switch ${text} gives a switch no value.`, {
    hint: 'Write name=value, such as throttledStatus=400.',
  })
}

/** The part of a scenario that the stand-in plays. */
function standInSettings({ seed, fleet, service, jobs }: Scenario): StandInSettings {
  const { things, namePrefix } = fleet
  return { seed, things, namePrefix, ...service, jobs }
}

function jobsPerThing(text: string): number {
  if (text === 'endless') return Number.POSITIVE_INFINITY
  const count = Number(text)
  if (/^\d+$/.test(text) && count <= 1_000_000) return count
  throw new ShakedownError('USAGE', `--jobs-per-thing is ${text}, which is no number of jobs.`, {
    hint: 'Give a whole number from 0 to 1000000, or endless.',
  })
}

/** A flag that stands for a value of the scenario. */
export function assigned(path: string, flag: string, value: string | undefined): Assignment[] {
  return value === undefined ? [] : [{ text: `${path}=${value}`, origin: `${flag} ${value}` }]
}

/** @throws ShakedownError USAGE */
export function portOf(option: 'http' | 'mqtt' | 'control', text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65_535) return port
  throw new ShakedownError('USAGE', `--${option} is ${text}, which is no port.`, {
    hint: 'Give a port from 1 to 65535, or 0 to have a free one picked.',
  })
}

/** @throws ShakedownError USAGE */
export function requireFolder(documents: string | undefined): void {
  if (documents === undefined || statSync(documents, { throwIfNoEntry: false })?.isDirectory())
    return
  throw new ShakedownError('USAGE', `--documents is ${documents}, which is no folder.`, {
    hint: 'Give a folder that has a folder for each bucket.',
  })
}
