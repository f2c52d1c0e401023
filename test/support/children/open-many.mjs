// A process that opens a repository, registers a collection and closes it, again and again: `node open-many.mjs ROOT NAME COUNT`.
// Waits for a line on stdin before it begins, so that several start together.
import { openNodeButler } from '../../../dist/src/platform/node/index.js'

const [root, name, count] = process.argv.slice(2)
process.stdout.write('ready\n')
await new Promise((resolve) => process.stdin.once('data', resolve))
for (let n = 0; n < Number(count); n++) {
  const butler = await openNodeButler(root, { run: `run/${name}` })
  await butler.collections.register(`opened/${name}/${n}`)
  await butler.close()
}
process.exit(0)
