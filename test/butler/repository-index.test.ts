import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { openNodeButler } from '#platform/node'
import { butlerCommand } from '../support/commands.ts'
import { anEmptyRepository, tempFolder } from '../support/repository.ts'

afterEach(() => vi.unstubAllEnvs())

test('a label of the repository index names a repository, in code and in commands', async () => {
  const { root } = await anEmptyRepository()
  const index = join(tempFolder(), 'index.yaml')
  writeFileSync(index, `mine: ${root}\nother: s3://bucket/repo\n`)
  vi.stubEnv('DAF_BUTLER_REPOSITORY_INDEX', index)
  const butler = await openNodeButler('mine')
  expect(butler.root).toBe(root)
  await butler.close()
  expect(await butlerCommand(['query-collections', 'mine'], tempFolder())).toMatchObject({ code: 0 })
  await expect(openNodeButler('mina')).rejects.toMatchObject({
    code: 'butler/config',
    hint: "Did you mean 'mine'?",
  })
  vi.stubEnv('DAF_BUTLER_REPOSITORIES', '{"direct": "x"}')
  await expect(openNodeButler('mine')).rejects.toThrow(/both set/)
  vi.stubEnv('DAF_BUTLER_REPOSITORY_INDEX', '')
  vi.stubEnv('DAF_BUTLER_REPOSITORIES', JSON.stringify({ direct: root }))
  const direct = await openNodeButler('direct')
  expect(direct.root).toBe(root)
  await direct.close()
})

test('create takes a seed configuration and can write the configuration elsewhere', async () => {
  const folder = tempFolder()
  writeFileSync(
    join(folder, 'seed.yaml'),
    'datastore:\n  checksum: true\n  records:\n    table: my_records\n',
  )
  const created = await butlerCommand(
    ['create', 'repo', '--seed-config', 'seed.yaml', '--outfile', 'conf.yaml'],
    folder,
  )
  expect(created).toMatchObject({ code: 0, err: '' })
  const butler = await openNodeButler(join(folder, 'conf.yaml'), { run: 'run' })
  expect(butler.root).toBe(join(folder, 'repo'))
  expect(await butler.repository.connection.hasTable('my_records')).toBe(true)
  await butler.close()
})
