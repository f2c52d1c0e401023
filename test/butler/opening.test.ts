import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { rawSqlite } from '../support/raw-sqlite.ts'
import { expect, test } from 'vitest'
import type { CreateOptions } from '#butler'
import { createNodeButler, openNodeButler } from '#platform/node'
import { anEmptyRepository, aRepository, putNote, tempFolder } from '../support/repository.ts'

test('a folder that is no repository, or none at all, is said so with the cure', async () => {
  const folder = tempFolder()
  await expect(openNodeButler(folder)).rejects.toMatchObject({
    code: 'butler/not-a-repository',
    hint: expect.stringContaining('butler create') as string,
  })
  await expect(openNodeButler(join(folder, 'nothing'))).rejects.toMatchObject({
    code: 'butler/not-a-repository',
  })
  mkdirSync(join(folder, 'odd'))
  writeFileSync(join(folder, 'odd', 'butler.yaml'), 'registry:\n  db: sqlite:///<butlerRoot>/gen3.sqlite3\n')
  rawSqlite(join(folder, 'odd', 'gen3.sqlite3')).close()
  await expect(openNodeButler(join(folder, 'odd'))).rejects.toMatchObject({ code: 'butler/not-a-repository' })
})

test('a repository is not made over another', async () => {
  const butler = await anEmptyRepository()
  await expect(createNodeButler(butler.root)).rejects.toMatchObject({ code: 'butler/file-exists' })
})

test('the registry of another repository is not called left over; an empty one is, a failed create leaves none', async () => {
  const butler = await createNodeButler(join(tempFolder(), 'repo'))
  const db = `sqlite:///${butler.root}/gen3.sqlite3`
  const second = join(tempFolder(), 'second')
  const make = (options: CreateOptions) => createNodeButler(second, options)
  await expect(make({ db })).rejects.toMatchObject({
    code: 'butler/file-exists',
    hint: expect.stringContaining('interrupted create') as string,
  })
  await butler.collections.register('run/x')
  await expect(make({ db })).rejects.toMatchObject({
    code: 'butler/file-exists',
    message: expect.stringContaining('holds something') as string,
    hint: expect.stringMatching(/^Keep it; name another file in registry\.db/) as string,
  })
  expect(await butler.collections.query('*')).toEqual(['run/x'])
  await butler.close()
  const outfile = join(tempFolder(), 'file', 'butler.yaml')
  writeFileSync(join(outfile, '..'), 'in the way')
  await expect(make({ outfile })).rejects.toMatchObject({ code: 'files/not-found' })
  expect(readdirSync(second)).toEqual([])
  await (await make({})).close()
})

test('another universe and newer tables are refused', async () => {
  const change = async (sql: string) => {
    const butler = await anEmptyRepository()
    await butler.repository.connection.run(sql)
    return butler.root
  }
  const namespace = await change(
    `UPDATE butler_attributes SET value = replace(value, '"daf_butler"', '"other"') WHERE name = 'config:dimensions.json'`,
  )
  await expect(openNodeButler(namespace)).rejects.toMatchObject({ code: 'butler/inconsistent-universe' })
  const major = await change(
    "UPDATE butler_attributes SET value = '3.0.0' WHERE name LIKE 'version:%synthIntKey%'",
  )
  await expect(openNodeButler(major)).rejects.toMatchObject({ code: 'butler/incompatible-version' })
  const minor = await change(
    "UPDATE butler_attributes SET value = '2.1.0' WHERE name LIKE 'version:%synthIntKey%'",
  )
  await (await openNodeButler(minor)).close()
  await expect(openNodeButler(minor, { writeable: true })).rejects.toMatchObject({
    code: 'butler/incompatible-version',
  })
})

test('a butler opened for reading does not write', async () => {
  const { root } = await anEmptyRepository()
  const reader = await openNodeButler(root)
  await expect(reader.collections.register('x')).rejects.toMatchObject({ code: 'butler/read-only' })
  await reader.close()
})

test('a clone with other collections keeps the data ID that was given, not what the old ones implied', async () => {
  const repository = await aRepository()
  await repository.collections.register('run')
  const { run } = await putNote(repository, 'run', 1, 1)
  const search = async (dataId?: { readonly instrument: string }) => {
    const butler = await openNodeButler(repository.root, { collections: [run], ...(dataId && { dataId }) })
    const other = await butler.clone({ collections: [] })
    const found = other.findDataset('note', { visit: 1, detector: 1 }, { collections: [run] })
    return found.finally(() => butler.close())
  }
  expect(await search({ instrument: 'Cam' })).toBeDefined()
  await expect(search()).rejects.toThrow(/instrument/)
})

test('universes of older repositories are read as they are stored', async () => {
  const butler = await anEmptyRepository()
  const old = structuredClone(butler.dimensions.config) as unknown as {
    version: number
    elements: Record<string, { implies?: string[]; requires?: string[] }>
    topology: { temporal: Record<string, string[]> }
  }
  old.version = 5
  for (const name of ['day_obs', 'group']) delete old.elements[name]
  for (const name of ['visit', 'exposure']) old.elements[name]!.implies = ['physical_filter']
  old.topology.temporal['observation_timespans'] = ['exposure', 'visit']
  await butler.repository.connection.run('UPDATE butler_attributes SET value = ? WHERE name = ?', [
    JSON.stringify(old),
    'config:dimensions.json',
  ])
  const reader = await openNodeButler(butler.root)
  expect(reader.dimensions.version).toBe(5)
  expect(reader.dimensions.group(['visit']).names).toEqual(['band', 'instrument', 'physical_filter', 'visit'])
  await reader.close()
})
