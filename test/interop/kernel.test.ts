import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { installKernelspec, type KernelspecFolder } from '../support/kernelspec.ts'

let spec: KernelspecFolder
let folder: string
beforeAll(() => {
  spec = installKernelspec()
  folder = spec.folder
})
afterAll(() => spec.remove())

const python = (args: readonly string[]) => spec.python(args)

interface NotebookCell {
  readonly outputs?: readonly Record<string, unknown>[]
  readonly execution_count?: number
}

const notebook = (sources: readonly string[]) => ({
  nbformat: 4,
  nbformat_minor: 5,
  metadata: { kernelspec: { name: 'firstlight', display_name: 'TypeScript', language: 'typescript' } },
  cells: sources.map((source, i) => ({
    cell_type: 'code',
    id: `c${i}`,
    metadata: {},
    source,
    outputs: [],
    execution_count: null,
  })),
})

test('the stock jupyter command lists the installed kernel', () => {
  expect(python(['-m', 'jupyter', 'kernelspec', 'list']).text).toContain(
    join(folder, 'share/jupyter/kernels/firstlight'),
  )
})

test('nbconvert runs a notebook through the installed kernelspec', () => {
  const path = join(folder, 'run.ipynb')
  const cells = [
    'import { Angle } from "firstlight/geom"\nconst a: Angle = Angle.fromDegrees(90)\nconsole.log("radians", a.radians.toFixed(3))',
    'await new Promise((r) => setTimeout(r, 5))\na.degrees + 1',
    'display.html("<b>bold</b>")\nplot([{ x: [1, 2], y: [3, 4] }])',
  ]
  writeFileSync(path, JSON.stringify(notebook(cells)))
  const run = python(['-m', 'nbconvert', '--to', 'notebook', '--execute', '--output', 'done.ipynb', path])
  expect(run.status, run.text).toBe(0)
  const done = JSON.parse(readFileSync(join(folder, 'done.ipynb'), 'utf8')) as { cells: NotebookCell[] }
  expect(done.cells[0]?.outputs).toEqual([
    { name: 'stdout', output_type: 'stream', text: ['radians 1.571\n'] },
  ])
  expect(done.cells[1]).toMatchObject({
    execution_count: 2,
    outputs: [{ output_type: 'execute_result', data: { 'text/plain': ['91'] } }],
  })
  expect(done.cells[2]?.outputs?.[1]).toMatchObject({
    data: { 'application/vnd.plotly.v1+json': { data: [{ x: [1, 2] }] } },
  })
})

test('nbconvert stops at a type error and names it', () => {
  const path = join(folder, 'wrong.ipynb')
  writeFileSync(path, JSON.stringify(notebook(['const n: number = "x"'])))
  const run = python([
    '-m',
    'nbconvert',
    '--to',
    'notebook',
    '--execute',
    '--output',
    'wrong-done.ipynb',
    path,
  ])
  expect(run.status).not.toBe(0)
  expect(run.text).toContain('TS2322')
})

test('jupyter_client: late output, a loop interrupted with state kept, input, restart', () => {
  const script = `
import time
from jupyter_client.manager import start_new_kernel
km, kc = start_new_kernel(kernel_name="firstlight")
def run(code, **kw):
    out = []
    reply = kc.execute_interactive(code, timeout=30, output_hook=lambda m: out.append(m), **kw)
    return reply["content"], out
def text(out): return "".join(m["content"].get("text", "") for m in out if m["msg_type"] == "stream")
def collect(*ids):
    seen = []
    while len([m for m in seen if m["msg_type"] == "stream"]) < len(ids): seen.append(kc.get_iopub_msg(timeout=30))
    return {m["parent_header"]["msg_id"]: m["content"]["text"] for m in seen if m["msg_type"] == "stream"}
first = kc.execute("let go = false; const watch = setInterval(() => { if (go) { console.log('late'); clearInterval(watch) } }, 10)")
second = kc.execute("let n = 1; go = true; console.log('now')")
assert collect(first, second) == {first: "late\\n", second: "now\\n"}
loop = kc.execute("n = 2; while (true) {}")
time.sleep(0.5)
begin = time.time(); km.interrupt_kernel(); r = kc.get_shell_msg(timeout=30)
while r["parent_header"]["msg_id"] != loop: r = kc.get_shell_msg(timeout=30)
assert r["content"]["ename"] == "KernelInterrupt", r
reply, out = run("n + 40", user_expressions={"n": "n"})
assert reply["user_expressions"]["n"]["data"]["text/plain"] == "2", reply
reply, out = run("await input('name? ')", allow_stdin=True, stdin_hook=lambda m: kc.input("Ada"))
assert any(m["msg_type"] == "execute_result" and "Ada" in m["content"]["data"]["text/plain"] for m in out), out
km.restart_kernel(now=False); kc.wait_for_ready(timeout=30)
reply, out = run("n")
assert reply["status"] == "error" and "TS2304" in reply["evalue"], reply
kc.stop_channels(); km.shutdown_kernel()
print("fine")
`
  const run = python(['-c', script])
  expect(run.text.trim()).toMatch(/fine$/)
}, 120_000)

test('history outlives the session', () => {
  const script = `
from jupyter_client.manager import start_new_kernel
for i in range(2):
    km, kc = start_new_kernel(kernel_name="firstlight")
    kc.execute_interactive(f"const session${''}{i} = {i}", timeout=30)
    kc.shutdown(); km.shutdown_kernel()
km, kc = start_new_kernel(kernel_name="firstlight")
kc.history(hist_access_type="range", session=-1, start=1, stop=2, raw=True, output=False)
r = kc.get_shell_msg(timeout=30)
while r["msg_type"] != "history_reply": r = kc.get_shell_msg(timeout=30)
print(r["content"]["history"][0][2])
km.shutdown_kernel()
`
  expect(python(['-c', script]).text.trim()).toMatch(/const session1 = 1$/)
}, 120_000)
