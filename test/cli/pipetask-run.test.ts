import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openNodeButler } from '#platform/node'
import { butlerCommand } from '../support/commands.ts'
import { type RepositoryMaster, unpackRepository } from '../support/fl-repository.ts'
import { pipetask, type Recorded, recorded } from '../support/pipetask.ts'

// Scenarios of the real `pipetask run` step by step (data/rubin-middleware, expected/pipelines/run-*.json): exit codes, how many
// quanta succeeded, failed and remained, and the collections after each step.
type Step = Recorded & { readonly collections_after?: readonly string[] }
let master: RepositoryMaster
beforeAll(() => {
  master = unpackRepository()
})
afterAll(() => master.remove())

for (const scenario of ['tutorial', 'failing', 'inputs', 'graph-files', 'purge-cleanup'])
  describe(scenario, () => {
    test('each step ends as recorded', async () => {
      const { root, work } = master.copy()
      const seen: string[] = []
      const wanted: string[] = []
      const stamps = new Map<string, string>()
      for (const [i, step] of (recorded(`run-${scenario}`) as readonly Step[]).entries()) {
        const places = { '<REPO>': root, '<WORK>': work }
        if (step.cmd[1] === 'transfer-from-graph') await transfer(step, places)
        if (step.cmd[0] !== 'pipetask') continue
        const { rc, stderr } = await pipetask(inThisThread(step.cmd), places)
        const collections = (await collectionsOf(root, stamps)).join('\n')
        const theirs = recordedCollections(step).join('\n')
        seen.push(
          `${i} ${step.cmd.slice(1).join(' ')}\nrc ${rc} ${executed({ cmd: step.cmd, stderr })}\n${collections}\n${rc === step.rc ? '' : stderr}`,
        )
        wanted.push(`${i} ${step.cmd.slice(1).join(' ')}\nrc ${step.rc} ${executed(step)}\n${theirs}\n`)
      }
      expect(seen).toEqual(wanted)
    })
  })

/** The one `butler` command that changes what later steps see; it must say what the real one said. */
async function transfer({ cmd, stdout }: Step, places: Readonly<Record<string, string>>): Promise<void> {
  const args = cmd.slice(1).map((word) => word.replace(/<[A-Z]+>/g, (mark) => places[mark] ?? mark))
  const env = { FIRSTLIGHT_TASK_MODULES: fileURLToPath(new URL('../support/fl-tasks.ts', import.meta.url)) }
  const { code, out, err } = await butlerCommand(args, places['<WORK>'] ?? '', undefined, env)
  expect({ code, out }, err).toEqual({ code: 0, out: stdout })
}

/** Workers load built files; the test of the pool has its own. */
const inThisThread = (cmd: readonly string[]): readonly string[] =>
  cmd.filter((w, i) => w !== '-j' && cmd[i - 1] !== '-j')

/** With --fail-fast the real software's last line comes before the failure is counted. */
const executed = ({ cmd, stderr }: Pick<Step, 'cmd' | 'stderr'>): string => {
  if (cmd.includes('--fail-fast')) return ''
  const lines = stderr.matchAll(
    /Executed \d+ quanta successfully, \d+ failed and \d+ remain out of total \d+/g,
  )
  return [...lines].at(-1)?.[0] ?? ''
}

/** Name, type and children of every collection below `u/`, run stamps numbered by first sight. */
async function collectionsOf(root: string, stamps: Map<string, string>): Promise<string[]> {
  const butler = await openNodeButler(root)
  const infos = await butler.collections.queryInfo('u/*', { includeChains: true })
  await butler.close()
  const numbered = (name: string): string =>
    name.replace(/^.*\d{8}T\d{6}Z$/, (run) => {
      if (!stamps.has(run))
        stamps.set(run, run.replace(/\d{8}T\d{6}Z$/, `<STAMP${String(stamps.size + 1).padStart(9, '0')}>`))
      return stamps.get(run) ?? run
    })
  return infos
    .filter((info) => info.name.startsWith('u/'))
    .map((info) => `${numbered(info.name)} ${info.type} ${info.children.map(numbered).join(' ')}`.trim())
    .sort()
}

/** The recorded `query-collections --chains table`: further children stand on lines of their own. */
function recordedCollections({ collections_after: lines = [] }: Step): string[] {
  const rows: string[] = []
  for (const line of lines.slice(2)) {
    const words = line.trim().split(/\s+/)
    if (line.startsWith(' ')) rows[rows.length - 1] += ` ${words.join(' ')}`
    else rows.push(words.join(' '))
  }
  return rows.sort()
}
