#!/usr/bin/env node
import { runPipetask } from './pipetask/main.ts'
import { processIo } from './pipetask/process-io.ts'

process.exitCode = await runPipetask(process.argv.slice(2), processIo())
