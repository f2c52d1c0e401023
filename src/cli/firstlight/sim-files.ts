import { nodeFiles } from '#platform/node'
import { runSimJob, type SimJob } from '#sim'

/** Simulate the files of a job and write them, each at once or not at all. */
export async function writeSimFiles(job: SimJob): Promise<void> {
  for (const { path, bytes } of runSimJob(job)) await nodeFiles.writeAtomic(path, bytes)
}
