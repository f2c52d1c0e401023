import { serveJobs } from '#platform/node'
import { writeSimFiles } from './sim-files.ts'

serveJobs(writeSimFiles)
