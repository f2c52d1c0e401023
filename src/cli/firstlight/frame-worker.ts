import { serveJobs } from '#platform/node'
import { frameWork } from './frame-pool.ts'

serveJobs(frameWork)
