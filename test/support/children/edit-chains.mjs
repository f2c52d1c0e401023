// A process that prepends to chains: `node edit-chains.mjs ROOT RUN COUNT MINE OTHER`. Puts RUN/0 … RUN/COUNT−1 in front of 'all', each
// with 'both', then OTHER in front of MINE; prints the code of the error when that is refused.
import { openNodeButler } from '../../../dist/src/platform/node/index.js'

const [root, run, count, mine, other] = process.argv.slice(2)
const butler = await openNodeButler(root, { writeable: true })
const { collections } = butler
process.stdout.write('ready\n')
await new Promise((resolve) => process.stdin.once('data', resolve))
for (let n = 0; n < Number(count); n++) await collections.prependChain('all', [`${run}/${n}`, 'both'])
await collections.prependChain(mine, other).catch((error) => process.stdout.write(`${error.code}\n`))
await butler.close()
process.exit(0)
