// A process that works on a repository until it is killed: `node work-until-killed.mjs ROOT SEED SOURCE EXPORTED`. Before and after
// each operation it prints a line: what it is about to delete, what is there now. It begins when a line comes on stdin.
import { readFileSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { importRepository, transferFrom } from '../../../dist/src/butler/index.js'
import { openNodeButler } from '../../../dist/src/platform/node/index.js'

const [root, seed, source, exported] = process.argv.slice(2)
const from = await openNodeButler(source)
const offered = await from.queryDatasets('count', { collections: 'offered' })
// Load what reading and writing need before the clock runs.
await from.get(offered[0])
await new Promise((resolve) => process.stdin.once('data', resolve))
const butler = await openNodeButler(root, { writeable: true })
const visit = (n) => ({ instrument: 'Cam', visit: n })
const idsIn = async (run) => {
  if ((await butler.collections.query(`${run}*`)).length === 0) return []
  return (await butler.queryDatasets('count', { collections: run, explain: false })).map((r) => r.id)
}
/** Remove a run first when a killed process has left it. */
const afresh = async (run) => {
  if ((await butler.collections.query(`${run}*`)).includes(run)) await butler.removeRuns(run)
}

const operations = {
  async put(run) {
    await butler.collections.register(run)
    const ref = await butler.put({ run }, 'count', visit(0), { run })
    return [ref.id]
  },
  async putMany(run) {
    await butler.collections.register(run)
    const refs = await butler.transaction(async () => {
      const all = []
      for (let n = 0; n < 4; n++) all.push(await butler.put({ run }, 'count', visit(n), { run }))
      return all
    })
    return refs.map((r) => r.id)
  },
  ingest: (run) => ingest(run, 'copy'),
  ingestByMove: (run) => ingest(run, 'move'),
  async import() {
    const text = readFileSync(join(exported, 'export.yaml'), 'utf8')
    await importRepository(butler.repository, text, 'export.yaml', { directory: exported, transfer: 'copy' })
    return idsIn('exported')
  },
  async transfer() {
    await transferFrom(butler.repository, from.repository, offered)
    return offered.map((r) => r.id)
  },
  async removeRun(run) {
    await butler.removeRuns(run)
    return []
  },
}

async function ingest(run, transfer) {
  await butler.collections.register(run)
  const refs = await butler.registry.makeRefs('count', [visit(0), visit(1)], { run })
  const files = refs.map((ref, i) => ({ path: join(source, `${seed}-${run.replaceAll('/', '-')}-${i}.yaml`), refs: [ref] }))
  for (const { path } of files) writeFileSync(path, `run: ${run}\n`)
  await butler.ingest(files, { transfer })
  return refs.map((r) => r.id)
}

const say = (word, what) => writeSync(1, `${word} ${JSON.stringify(what)}\n`)
// A small generator of its own, so that a seed repeats.
let state = Number(seed) * 2654435761 + 12345
const random = (n) => {
  state = (Math.imul(state, 1103515245) + 12345) >>> 0
  return (state >>> 8) % n
}
const mine = []
const names = Object.keys(operations)
writeSync(1, 'ready\n')
for (let n = 0; ; n++) {
  const name = names[random(names.length)]
  const fixed = { import: 'exported', transfer: 'offered' }[name]
  const run = name === 'removeRun' ? mine.splice(random(mine.length), 1)[0] : (fixed ?? `u/${seed}/${name}-${n}`)
  if (run === undefined) continue
  const gone = name === 'removeRun' || fixed !== undefined ? await idsIn(run) : []
  say('begin', { name, run, gone })
  if (fixed !== undefined) await afresh(run)
  const ids = await operations[name](run)
  if (fixed === undefined && name !== 'removeRun') mine.push(run)
  say('done', { name, run, ids })
}
