#!/usr/bin/env node
import { getHeapStatistics } from 'node:v8'
import { ownDescriptorLimit } from '../run/machine.ts'
import { descriptorRefusal } from './descriptor-floor.ts'
import { ExitCode } from './exit-codes.ts'
import { heapRefusal } from './heap-floor.ts'
import { workingFolderRefusal } from './working-folder.ts'

const refusal =
  heapRefusal(getHeapStatistics().heap_size_limit) ??
  descriptorRefusal(ownDescriptorLimit()) ??
  workingFolderRefusal()
if (refusal === undefined) {
  // Only now: what it loads would be the end of a process that has too little, in the middle of a word.
  await import('./command-line.ts')
} else {
  process.stderr.write(`${refusal}\n`)
  process.exitCode = ExitCode.Usage
}
