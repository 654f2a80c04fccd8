// Simulates a scenario and says what it took. Arguments: scenario file, then path=value overrides.
// Prints one line of JSON, in bytes: what was estimated; what the simulation held at its end, garbage
// collected; and the most that the process ever had resident. Needs --expose-gc and a build.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readScenario } from '../../dist/cli/read-scenario.js'
import { prepareRecorders } from '../../dist/metrics/latency-recorder.js'
import { createRunFolder } from '../../dist/results/run-folder.js'
import { bytesOf } from '../../dist/simulate/memory.js'
import { RecordedSimulation } from '../../dist/simulate/recorded-simulation.js'

const [file, ...set] = process.argv.slice(2)
const scenario = readScenario(file, set)
await prepareRecorders()
const folder = mkdtempSync(join(tmpdir(), 'shakedown-weigh-'))
createRunFolder(folder)
const simulation = new RecordedSimulation({ scenario, folder, runId: 'weighed', version: '0' })
while (simulation.goOn(20_000)) {}
globalThis.gc()
const { heapUsed, external } = process.memoryUsage()
simulation.end(false)
simulation.close()
rmSync(folder, { recursive: true, force: true })
const residentBytes = process.resourceUsage().maxRSS * 1024
const heldBytes = heapUsed + external
console.log(JSON.stringify({ estimatedBytes: bytesOf(scenario), heldBytes, residentBytes }))
