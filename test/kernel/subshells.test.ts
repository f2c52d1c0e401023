import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Execution, TestClient } from './client.ts'

let client: TestClient
beforeAll(async () => {
  client = await TestClient.start()
})
afterAll(() => client.stop())

const create = async () => String((await client.request('control', 'create_subshell_request'))['subshell_id'])

/** Send a cell to a subshell: its id stands in the header. */
function sendTo(subshell_id: string, code: string, more: Readonly<Record<string, unknown>> = {}): string {
  const id = crypto.randomUUID()
  const header = {
    msg_id: id,
    session: client.session,
    username: 'test',
    date: new Date().toISOString(),
    msg_type: 'execute_request',
    version: '5.5',
    subshell_id,
  }
  client.send('shell', 'execute_request', { code, stop_on_error: true, ...more }, { header })
  return id
}
const runIn = async (subshell: string, code: string): Promise<Execution> =>
  client.finished(sendTo(subshell, code))

test('subshells are created, listed and deleted; unknown ones are errors', async () => {
  const ids = [await create(), await create()]
  expect(await client.request('control', 'list_subshell_request')).toEqual({ status: 'ok', subshell_id: ids })
  for (const subshell_id of ids)
    expect(await client.request('control', 'delete_subshell_request', { subshell_id })).toEqual({
      status: 'ok',
    })
  expect(await client.request('control', 'list_subshell_request')).toEqual({ status: 'ok', subshell_id: [] })
  expect(await client.request('control', 'delete_subshell_request', { subshell_id: 'gone' })).toMatchObject({
    status: 'error',
    evalue: "No subshell 'gone'",
  })
  expect((await runIn('gone', '1')).reply).toMatchObject({ status: 'error', evalue: "No subshell 'gone'" })
})

test('a subshell runs while the main shell awaits, with the same variables and a count of its own cell', async () => {
  const subshell = await create()
  const waiting = client.sendExecute(
    'let flag = false; while (!flag) await new Promise((r) => setTimeout(r, 5)); "freed"',
  )
  await client.waitFor(() => client.iopubOf(waiting).some((m) => m.header.msg_type === 'execute_input'))
  const inside = await runIn(subshell, 'console.log("from the subshell"); 6 * 7')
  expect(inside).toMatchObject({ result: '42', stdout: 'from the subshell\n' })
  expect(client.replyTo(waiting)).toBeUndefined()
  await client.request('control', 'interrupt_request')
  expect((await client.finished(waiting)).error?.ename).toBe('KernelInterrupt')
  await client.execute('const shared = 3')
  expect((await runIn(subshell, 'let doubled: number = shared * 2')).reply['status']).toBe('ok')
  const main = await client.execute('doubled')
  expect(main.result).toBe('6')
  expect(main.reply['execution_count']).not.toBe(inside.reply['execution_count'])
})

test('declarations of cells that overlap both stay', async () => {
  const subshell = await create()
  const slow = client.sendExecute('await new Promise((r) => setTimeout(r, 300)); const slowName = "slow"')
  await client.waitFor(() => client.iopubOf(slow).some((m) => m.header.msg_type === 'execute_input'))
  await runIn(subshell, 'const quickName = "quick"')
  expect(client.replyTo(slow)).toBeUndefined()
  await client.finished(slow)
  expect((await client.execute('slowName + quickName')).result).toBe("'slowquick'")
})

test('an error in a subshell aborts its own queue only', async () => {
  const subshell = await create()
  const failing = sendTo(subshell, 'await new Promise((r) => setTimeout(r, 50)); throw new Error("here")')
  const own = sendTo(subshell, '1')
  const other = client.sendExecute('2')
  expect((await client.finished(failing)).reply['status']).toBe('error')
  expect((await client.finished(own)).reply['status']).toBe('aborted')
  expect((await client.finished(other)).result).toBe('2')
})

test('input goes to the cell whose question is answered', async () => {
  const subshell = await create()
  const question = (id: string) => client.childrenOf(id).find((m) => m.header.msg_type === 'input_request')
  const main = client.sendExecute('await input("main? ")', { allow_stdin: true })
  const sub = sendTo(subshell, 'await input("sub? ")', { allow_stdin: true })
  await client.waitFor(() => question(main) !== undefined && question(sub) !== undefined)
  const answer = (id: string, value: string) =>
    client.send('stdin', 'input_reply', { value }, { parent_header: question(id)?.header ?? {} })
  answer(main, 'M')
  answer(sub, 'S')
  expect((await client.finished(main)).result).toBe("'M'")
  expect((await client.finished(sub)).result).toBe("'S'")
})

test('a deleted subshell finishes its cell and aborts what waited', async () => {
  const subshell = await create()
  const running = sendTo(subshell, 'await new Promise((r) => setTimeout(r, 200)); "finished"')
  const queued = sendTo(subshell, '1')
  await client.waitFor(() => client.iopubOf(running).some((m) => m.header.msg_type === 'execute_input'))
  await client.request('control', 'delete_subshell_request', { subshell_id: subshell })
  expect((await client.finished(queued)).reply['status']).toBe('aborted')
  expect((await client.finished(running)).result).toBe("'finished'")
})
