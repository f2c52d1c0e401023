import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { pipetask, type Recorded, recorded } from '../support/pipetask.ts'

// What the real `pipetask build` printed and refused (data/rubin-middleware, expected/pipelines/build.json).
const cases = recorded('build').filter(
  ({ cmd }) => !cmd.includes('<REPO>') && !cmd.some((w) => w.startsWith('<WORK>')),
)
/** Call stacks of the real software: ours prints the places of assignments instead; see the test of histories. */
const isHistory = ({ cmd, rc }: Recorded): boolean => rc === 0 && cmd.some((w) => w.startsWith('history='))
/** Ours reads the drawn structure, not the columns: the recording's order depends on Python's hash seed. */
const isDrawing = ({ cmd }: Recorded): boolean => cmd.includes('pipeline-graph') || cmd.includes('task-graph')
const isPipeline = ({ cmd }: Recorded): boolean => cmd.includes('pipeline')

for (const one of cases.filter((c) => !isHistory(c)))
  test(`${one.id}: ${one.cmd.slice(2).join(' ')}`, async () => {
    const { stdout, rc, stderr } = await pipetask(one.cmd)
    expect(rc, stderr).toBe(one.rc)
    if (rc !== 0) expect(stderr).not.toBe('')
    else if (isDrawing(one)) expect(drawnNodes(stdout)).toEqual(drawnNodes(one.stdout))
    else if (isPipeline(one)) expect(pipelineOf(stdout)).toEqual(pipelineOf(one.stdout))
    else expect(blocks(stdout)).toEqual(blocks(one.stdout))
  })

/** The nodes of a text drawing with dimensions and storage class, one name a line. */
const drawnNodes = (text: string): string[] =>
  [...text.matchAll(/[○◍■▥][ │]*\s+([\w, ]+): (\{.*)$/gm)]
    .flatMap(([, names = '', rest = '']) => names.split(', ').map((name) => `${name}: ${rest}`))
    .sort()

/** Printed YAML as data; members of subsets and contracts come out of Python sets. */
function pipelineOf(text: string): unknown {
  const [yaml = ''] = text.split(/^(?=### |description:)/m).filter((part) => part.startsWith('description:'))
  const found = parse(yaml) as {
    subsets?: Record<string, { subset: string[] }>
    contracts?: { contract: string }[]
    /** The real software forgets them when it prints; ours keeps them. */
    steps?: unknown
  }
  for (const subset of Object.values(found.subsets ?? {})) subset.subset.sort()
  delete found.steps
  found.contracts?.sort((a, b) => (a.contract < b.contract ? -1 : 1))
  return found
}

/** Several `--show` come in an order of the real software's own: compare what each printed. */
const blocks = (text: string): string[] =>
  text
    .trim()
    .split(/\n(?=### |\w+:\n)/)
    .map((b) => b.trim())
    .sort()
