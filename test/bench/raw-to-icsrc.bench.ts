// One HSC exposure from the raw to its first catalog: `pipetask run` of isr and characterizeImage, one process, one thread.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { firstLightRepo } from '../support/first-light-repo.ts'
import { fastestProcess, report } from './timing.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const repo = await firstLightRepo()
const run = fastestProcess(
  process.execPath,
  [
    join(root, 'dist/bin/pipetask.js'),
    'run',
    '-b',
    repo,
    '-p',
    'first-light',
    '-i',
    'HSC/defaults',
    '-o',
    `u/bench/${Date.now()}`,
    '-d',
    "instrument='HSC' AND exposure=903344 AND detector=5",
    '--register-dataset-types',
  ],
  1,
)
if (run === undefined) throw new Error('pipetask run failed; run the command by hand to see why.')
// The budget of the architecture counts calibrate as well, which is still to come.
report({
  job: 'raw to icSrc of one CCD, whole process',
  ours: run.time,
  peer: 'the budget of 10 s',
  theirs: 10_000,
  budget: 1,
})
