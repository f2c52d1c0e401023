import { spawn } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { kernelMain, TestClient } from './client.ts'

describe('interrupt', () => {
  let client: TestClient
  beforeAll(async () => {
    client = await TestClient.start()
    await client.execute('let kept = 41; let ticks = 0; const timer = setInterval(() => ticks++, 20)')
  })
  afterAll(() => client.stop())

  /** Start a cell and wait until its code runs: a print leaves also from a busy thread. */
  async function begin(code: string): Promise<string> {
    const id = client.sendExecute(code.startsWith('%%') ? code : `console.log("begun"); ${code}`)
    await client.waitFor(() => client.executionOf(id).stdout.startsWith('begun'))
    await new Promise((resolve) => setTimeout(resolve, 60))
    return id
  }

  const running: Readonly<Record<string, string>> = {
    'an endless loop': 'while (true) {}',
    'a loop after an await': 'await null; while (true) {}',
    'a loop in a timer, awaited': 'await new Promise(() => setTimeout(() => { while (true) {} }, 5))',
    'a loop in a microtask': 'queueMicrotask(() => { while (true) {} }); await new Promise(() => {})',
    'a loop in try/catch': 'while (true) { try { JSON.parse("") } catch {} }',
    'a loop that prints': 'while (true) console.log("x")',
    'Atomics.wait': 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)',
    'a catastrophic regular expression': '/^(a+)+$/.test("a".repeat(40) + "b")',
    'a long await': 'await new Promise((r) => setTimeout(r, 60_000))',
    'an await that nothing settles': 'await new Promise(() => {})',
    'a child process waited for': '(await import("node:child_process")).execSync("sleep 30")',
    'a bash cell': '%%bash\necho begun\nsleep 30',
  }

  test.each(Object.entries(running))('stops %s, variables kept', async (name, code) => {
    const before = (await client.execute('kept')).result
    const id = await begin(code)
    expect(await client.channels.ping(1000)).toBe(true)
    const asked = performance.now()
    expect(await client.request('control', 'interrupt_request')).toMatchObject({ status: 'ok' })
    const run = await client.finished(id)
    const took = performance.now() - asked
    expect(run.error).toMatchObject({ ename: 'KernelInterrupt' })
    expect(took, name).toBeLessThan(8000)
    expect((await client.execute('kept += 1; kept')).result).toBe(String(Number(before) + 1))
  })

  test('timers go on afterwards', async () => {
    const [a, b] = [
      await client.execute('ticks'),
      await client.execute('await new Promise((r) => setTimeout(r, 100)); ticks'),
    ]
    expect(Number(b.result)).toBeGreaterThan(Number(a.result))
  })

  test('an interrupt aborts the queued cells', async () => {
    const loop = await begin('while (true) {}')
    const queued = client.sendExecute('1')
    await new Promise((resolve) => setTimeout(resolve, 50))
    await client.request('control', 'interrupt_request')
    await client.finished(loop)
    expect((await client.finished(queued)).reply['status']).toBe('aborted')
  })

  test('an idle kernel takes an interrupt without harm', async () => {
    await client.request('control', 'interrupt_request')
    client.kernel.process.kill('SIGINT')
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect((await client.execute('kept > 40')).result).toBe('true')
  })

  test('SIGINT interrupts a loop too', async () => {
    const id = await begin('while (true) {}')
    client.kernel.process.kill('SIGINT')
    expect((await client.finished(id)).error?.ename).toBe('KernelInterrupt')
  })

  test('an input that waits can be interrupted, both forms', async () => {
    for (const code of ['await input("name? ")', 'prompt("name? ")']) {
      const id = client.sendExecute(code, { allow_stdin: true })
      await client.waitFor(() => client.childrenOf(id).some((m) => m.header.msg_type === 'input_request'))
      await client.request('control', 'interrupt_request')
      expect((await client.finished(id)).error?.ename).toBe('KernelInterrupt')
    }
    expect((await client.execute('kept > 40')).result).toBe('true')
  })

  test('the interruptSignal of the cell aborts', async () => {
    const id = await begin(
      'let reason = ""; interruptSignal.addEventListener("abort", () => { reason = "aborted" }); await new Promise(() => {})',
    )
    await client.request('control', 'interrupt_request')
    await client.finished(id)
    expect((await client.execute('reason')).result).toBe("'aborted'")
  })
})

describe('leaving', () => {
  test('out of memory ends the cell, not the kernel', async () => {
    const client = await TestClient.start({ FIRSTLIGHT_HEAP_MB: '64' })
    const run = await client.execute(
      'const hoard: number[][] = []; while (true) hoard.push(new Array(1e5).fill(0.5))',
    )
    expect(run.error?.ename).toBe('ExecutionLost')
    expect(run.error?.evalue).toContain('out of memory')
    expect((await client.execute('1 + 1')).result).toBe('2')
    await client.stop()
  })

  test('a missing or broken connection file is a message and exit code 1', async () => {
    const run = spawn(process.execPath, [kernelMain, '/nowhere/kernel.json'])
    let text = ''
    run.stderr.on('data', (chunk: Uint8Array) => (text += String(chunk)))
    const code = await new Promise((resolve) => run.once('exit', resolve))
    expect(code).toBe(1)
    expect(text).toContain('/nowhere/kernel.json')
  })
})
