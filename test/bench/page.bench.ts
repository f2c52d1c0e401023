// The workbench's first page as a newcomer meets it: a new browser with an empty cache, from the navigation until JupyterLab
// has restored its layout; then the same address again in that browser. Clock time: most of it is the browser's own work.
import { openLab, startWorkbench } from '../e2e/support/workbench.ts'
import { launchBrowser } from '../e2e/support/browser.ts'
import { report } from './timing.ts'

const ROUNDS = 5
const bench = await startWorkbench()
const cold: number[] = []
const warm: number[] = []
try {
  for (let round = 0; round < ROUNDS; round++) {
    const browser = await launchBrowser()
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 } })
    cold.push(await openLab(page, bench.url))
    warm.push(await openLab(page, page.url()))
    await browser.close()
  }
} finally {
  await bench.close()
}
const median = (times: number[]) => times.sort((a, b) => a - b)[Math.floor(times.length / 2)]!
report({
  job: 'workbench: cold load (wall clock)',
  ours: median(cold),
  peer: 'its budget',
  theirs: 2500,
  budget: 1,
})
report({ job: 'workbench: loaded again (wall clock)', ours: median(warm), peer: '', theirs: undefined })
