#!/usr/bin/env node
import { runPipetask } from './pipetask/main.ts'
import { processIo } from './pipetask/process-io.ts'

// Bundled, this is a script, which cannot await.
void runPipetask(process.argv.slice(2), processIo()).then((code) => {
  process.exitCode = code
})
