import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { asyncScope, openNodeSqlite } from '#platform/node'
import { type SqlConnection, Transactions } from '#sql'
import { tempFolder } from '../support/repository.ts'

async function aDatabase(): Promise<{ path: string; connection: SqlConnection }> {
  const path = join(tempFolder(), 'test.sqlite3')
  const connection = await openNodeSqlite(path, { create: true })
  await connection.script('CREATE TABLE t (x INTEGER PRIMARY KEY)')
  return { path, connection }
}

const rows = async (connection: SqlConnection) => (await connection.all('SELECT x FROM t ORDER BY x')).flat()

test('operations started together run one behind the other; a failed one takes back only its own', async () => {
  const { connection } = await aDatabase()
  const transactions = new Transactions(connection)
  const insert = (x: number, fail = false) =>
    transactions.operation(async () => {
      await connection.run('INSERT INTO t VALUES (?)', [x])
      await Promise.resolve()
      if (fail) throw new Error('no')
    })
  const results = await Promise.allSettled([insert(1), insert(2, true), insert(3)])
  expect(results.map((r) => r.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(await rows(connection)).toEqual([1, 3])
})

test('undo runs in reverse order when the whole fails, commit actions only after the outermost commit', async () => {
  const { connection } = await aDatabase()
  const transactions = new Transactions(connection)
  const seen: string[] = []
  const note = (text: string) => () => {
    seen.push(text)
    return Promise.resolve()
  }
  const work = (name: string) =>
    transactions.operation((undo) => {
      undo.onRollback(note(`undo ${name}`))
      undo.onCommit(note(`commit ${name}`))
      return Promise.resolve()
    })
  const failing = transactions.session(async () => {
    await work('a')
    await work('b')
    throw new Error('no')
  })
  await expect(failing).rejects.toThrow('no')
  expect(seen).toEqual(['undo b', 'undo a'])
  seen.length = 0
  await transactions.session(async () => {
    await work('c')
    expect(seen).toEqual([])
  })
  expect(seen).toEqual(['commit c'])
})

test('an undo that fails hides neither the error nor the other undos', async () => {
  const { connection } = await aDatabase()
  const transactions = new Transactions(connection)
  let undone = 0
  const failing = transactions.operation((undo) => {
    undo.onRollback(() => Promise.resolve(void undone++))
    undo.onRollback(() => Promise.reject(new Error('cannot undo')))
    return Promise.reject(new Error('the reason'))
  })
  await expect(failing).rejects.toThrow('the reason')
  expect(undone).toBe(1)
})

test('a transaction begun inside another ends before it, whichever work is done first', async () => {
  const { connection } = await aDatabase()
  const transactions = new Transactions(connection)
  let release = () => {}
  const insert = (x: number) => transactions.operation(() => connection.run('INSERT INTO t VALUES (?)', [x]))
  let inner: Promise<void> | undefined
  const outer = transactions.session(async () => {
    await insert(1)
    inner = transactions.session(async () => {
      await new Promise<void>((resolve) => (release = resolve))
      await insert(2)
      throw new Error('no')
    })
    inner.catch(() => {})
    await insert(3)
  })
  const letGo = setInterval(() => release(), 5)
  await vi.waitFor(() => expect(inner).toBeDefined())
  await expect(inner).rejects.toThrow('no')
  await outer
  clearInterval(letGo)
  expect(transactions.isOpen).toBe(false)
  expect(await rows(connection)).toEqual([1])
})

test('what is begun beside a transaction waits for its end, so that its failure takes back nothing else', async () => {
  const { connection } = await aDatabase()
  const transactions = new Transactions(connection, { makeScope: asyncScope })
  const insert = (x: number) => transactions.operation(() => connection.run('INSERT INTO t VALUES (?)', [x]))
  const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 5))
  const failing = (x: number) =>
    transactions.session(async () => {
      await insert(x)
      await pause()
      await Promise.all([insert(x + 1), transactions.session(() => insert(x + 2))])
      throw new Error('no')
    })
  const results = await Promise.allSettled([
    failing(10),
    insert(1),
    failing(20),
    insert(2),
    pause().then(() => insert(3)),
  ])
  expect(results.map((r) => r.status)).toEqual([
    'rejected',
    'fulfilled',
    'rejected',
    'fulfilled',
    'fulfilled',
  ])
  expect(await rows(connection)).toEqual([1, 2, 3])
  expect(transactions.isOpen).toBe(false)
})

test('work that outlives its transaction is work beside it', async () => {
  const { connection } = await aDatabase()
  const transactions = new Transactions(connection, { makeScope: asyncScope })
  const insert = (x: number) => transactions.operation(() => connection.run('INSERT INTO t VALUES (?)', [x]))
  let late: Promise<unknown> | undefined
  const outer = transactions.session(async () => {
    late = new Promise((resolve) => setTimeout(resolve, 20)).then(() => insert(2))
    await insert(1)
  })
  await outer
  await late
  expect(await rows(connection)).toEqual([1, 2])
})

test('a writer waits for another connection and says so when that takes too long', async () => {
  const { path, connection } = await aDatabase()
  const other = await openNodeSqlite(path, { busyTimeoutMs: 50 })
  await connection.begin()
  await expect(other.begin()).rejects.toMatchObject({ code: 'sql/busy', hint: expect.any(String) as string })
  expect(await rows(other)).toEqual([])
  const patient = await openNodeSqlite(path)
  const waiting = patient.begin()
  await connection.run('INSERT INTO t VALUES (7)')
  await connection.run('COMMIT')
  await waiting
  expect(await rows(patient)).toEqual([7])
  await patient.run('ROLLBACK')
})

test('violated constraints come by kind', async () => {
  const { connection } = await aDatabase()
  await connection.run('INSERT INTO t VALUES (1)')
  await expect(connection.run('INSERT INTO t VALUES (1)')).rejects.toMatchObject({
    code: 'sql/unique',
    kind: 'unique',
  })
  await expect(connection.all('SELECT y FROM t')).rejects.toMatchObject({ code: 'sql/failed' })
})
