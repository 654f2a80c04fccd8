#!/usr/bin/env node
import { getHeapStatistics } from 'node:v8'
import { ExitCode } from './exit-codes.ts'
import { heapRefusal } from './heap-floor.ts'

const refusal = heapRefusal(getHeapStatistics().heap_size_limit)
if (refusal === undefined) {
  // Only now: what it loads would be the end of a heap that is too small, in the middle of a word.
  await import('./command-line.ts')
} else {
  process.stderr.write(`${refusal}\n`)
  process.exitCode = ExitCode.Usage
}
