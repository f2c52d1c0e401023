// A process that puts datasets one by one: `node put-many.mjs ROOT RUN COUNT`. It prints the longest time one put took, in ms.
// Waits for a line on stdin before it begins, so that several start together.
import { openNodeButler } from '../../../dist/src/platform/node/index.js'

const [root, run, count] = process.argv.slice(2)
const butler = await openNodeButler(root, { run })
process.stdout.write('ready\n')
await new Promise((resolve) => process.stdin.once('data', resolve))
let longest = 0
for (let n = 0; n < Number(count); n++) {
  const begin = performance.now()
  await butler.put({ run, n }, 'count', { instrument: 'Cam', visit: n })
  longest = Math.max(longest, performance.now() - begin)
}
await butler.close()
process.stdout.write(`longest ${longest.toFixed(0)}\n`)
process.exit(0)
