#!/usr/bin/env node
import { runButler } from './butler/main.ts'
import { processIo } from './shared/process-io.ts'

process.exitCode = await runButler(process.argv.slice(2), processIo())
