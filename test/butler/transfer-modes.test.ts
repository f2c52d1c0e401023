import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  checkRepository,
  exportRepository,
  mendable,
  retrieveArtifacts,
  type RetrieveOptions,
  transferFrom,
} from '#butler'
import { anEmptyRepository, aRepository, putNote, tempFolder } from '../support/repository.ts'

// Modes that the types forbid come from plain JavaScript and from JSON.
const given = (mode: unknown) => JSON.parse(JSON.stringify({ transfer: mode })) as RetrieveOptions

test.each(['Copy', 'nope', null, 5])(
  'transfer mode %j is refused before anything is written',
  async (mode) => {
    const butler = await aRepository()
    const path = join(tempFolder(), 'note.json')
    writeFileSync(path, '{"a": 1}')
    const id = { instrument: 'Cam', visit: 1, detector: 1 }
    const refs = await butler.registry.makeRefs('note', [id], { run: 'run/a' })
    const formatter = 'lsst.daf.butler.formatters.json.JsonFormatter'
    const refusal = { code: 'butler/argument', message: `There is no transfer mode '${mode}'.` }
    await expect(butler.ingest([{ path, refs, formatter }], given(mode))).rejects.toMatchObject(refusal)
    expect(await butler.queryDatasets('note', { collections: 'run/a', explain: false })).toEqual([])
    expect(mendable(await checkRepository(butler.repository))).toBe(0)
    const note = await putNote(butler, 'run/a', 1, 1)
    const directory = tempFolder()
    await expect(retrieveArtifacts(butler.repository, [note], directory, given(mode))).rejects.toMatchObject(
      refusal,
    )
    await expect(
      exportRepository(butler.repository, { datasets: [note], directory, ...given(mode) }),
    ).rejects.toMatchObject(refusal)
  },
)

test.each(['direct', 'split'] as const)(
  'a transfer from another repository in %s mode is refused: its files are not ours',
  async (transfer) => {
    const [source, target] = [await aRepository(), await anEmptyRepository()]
    const note = await putNote(source, 'run/a', 1, 1)
    await expect(
      transferFrom(target.repository, source.repository, [note], { transfer, registerDatasetTypes: true }),
    ).rejects.toMatchObject({ code: 'butler/argument', message: expect.stringContaining(transfer) as string })
    expect(await target.collections.query('*')).toEqual([])
  },
)

test('what was retrieved before is left alone when it is the same, and refused when it is another', async () => {
  const butler = await aRepository()
  const note = await putNote(butler, 'run/a', 1, 1)
  const folder = tempFolder()
  const retrieve = (options: RetrieveOptions = {}) =>
    retrieveArtifacts(butler.repository, [note], folder, options)
  const [path] = await retrieve()
  expect(await retrieve()).toEqual([path])
  const refusal = { code: 'butler/file-exists', message: `'${path}' is there already.` }
  await expect(retrieve({ transfer: 'copy' })).rejects.toMatchObject(refusal)
  writeFileSync(path!, 'mine: 1\n')
  await expect(retrieve()).rejects.toMatchObject(refusal)
  expect(readFileSync(path!, 'utf8')).toBe('mine: 1\n')
  expect(await retrieve({ overwrite: true })).toEqual([path])
})
