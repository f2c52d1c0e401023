#!/usr/bin/env node
import { runButler } from './butler/main.ts'
import { processIo } from './shared/process-io.ts'

// Bundled, this is a script, which cannot await.
void runButler(process.argv.slice(2), processIo()).then((code) => {
  process.exitCode = code
})
