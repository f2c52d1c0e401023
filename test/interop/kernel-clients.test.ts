import { spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { installKernelspec, type KernelspecFolder } from '../support/kernelspec.ts'
import { pythonPath } from '../support/python.ts'

/** Stock programs of the Jupyter project drive our kernelspec: both ages of its test suite, the console, nbclient. */

let spec: KernelspecFolder
beforeAll(() => {
  spec = installKernelspec()
})
afterAll(() => spec.remove())

const SUITE = `
import unittest, jupyter_kernel_test
class FirstlightTests(jupyter_kernel_test.KernelTests):
    kernel_name = "firstlight"
    language_name = "typescript"
    file_extension = ".ts"
    code_hello_world = "console.log('hello, world')"
    code_stderr = "console.error('test')"
    completion_samples = [
        {"text": "consol", "matches": {"console"}},
        {"text": "Math.hypo", "matches": {"hypot"}},
    ]
    complete_code_samples = ["1 + 1", "function f() { return 3 }", "const x = [1,\\n2]", "await null"]
    incomplete_code_samples = ["function f() {", "[1, 2,", "\`open"]
    invalid_code_samples = ["const = 5", "1 +* 2"]
    code_page_something = "Math.hypot?"
    code_generate_error = "throw new Error('boom')"
    code_execute_result = [
        {"code": "6 * 7", "result": "42"},
        {"code": "'a' + 'b'", "result": "'ab'"},
        {"code": "[1, 2]", "result": "[ 1, 2 ]"},
    ]
    code_display_data = [
        {"code": "display.html('<b>b</b>')", "mime": "text/html"},
        {"code": "display.svg('<svg/>')", "mime": "image/svg+xml"},
    ]
    code_history_pattern = "6 * ?"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "Math.hypot"
    code_clear_output = "clearOutput()"
print("suite", jupyter_kernel_test.__version__)
unittest.main(verbosity=2)
`

/** Debian 12's pair, in a folder of its own: release 0.4.5 does not work with the client of today. */
const OLDER = [
  'jupyter_kernel_test==0.4.5',
  'jupyter_client==7.4.9',
  'entrypoints==0.4',
  'nest-asyncio==1.6.0',
]

function olderSuite(): string {
  const folder = fileURLToPath(new URL('../../.cache/jupyter-kernel-test-0.4.5', import.meta.url))
  if (existsSync(join(folder, 'nest_asyncio.py'))) return folder
  const pip = [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '--no-deps',
    '--target',
    folder,
  ]
  const run = spawnSync(pythonPath(), [...pip, ...OLDER], { encoding: 'utf8' })
  expect(run.status, run.stderr).toBe(0)
  return folder
}

test.each([
  ['0.7.0', () => ({})],
  ['0.4.5', () => ({ PYTHONPATH: olderSuite() })],
] as const)(
  'jupyter-kernel-test %s: all twelve pass, none is skipped',
  (version, env) => {
    writeFileSync(join(spec.folder, 'suite.py'), SUITE)
    const run = spec.python(['suite.py'], { env: env() })
    expect(run.text).toContain(`suite ${version}`)
    expect(run.text).toContain('Ran 12 tests')
    expect(run.text).not.toMatch(/skipped|FAIL|ERROR/)
    expect(run.status, run.text).toBe(0)
  },
  120_000,
)

test('jupyter console: values, errors, input, documentation, text of displays', () => {
  const lines = [
    'const v: number[] = [1, 2, 3]',
    'v.map((x) => x * 2)',
    'const wrong: string = v',
    'display.html("<b>bold</b>")',
    'await input("name? ")',
    'Ada',
    'exit',
  ]
  const run = spec.python(
    ['-m', 'jupyter_console', '--kernel', 'firstlight', '--simple-prompt', '--no-confirm-exit'],
    { input: `${lines.join('\n')}\n` },
  )
  expect(run.text).toContain('[ 2, 4, 6 ]')
  expect(run.text).toContain("In[3]:1:7 - error TS2322: Type 'number[]' is not assignable to type 'string'.")
  expect(run.text).toContain('<b>bold</b>')
  expect(run.text).toContain("'Ada'")
})

test('nbclient: outputs, widget states kept in the notebook, a timeout that interrupts', () => {
  const script = `
import json, nbformat
from nbclient import NotebookClient
cells = [
    "const s = widgets.slider(0, 10, { label: 'n', value: 3 })\\ns",
    "let n = 1; while (true) n++",
    "n > 1",
    "throw new RangeError('far')",
]
nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
client = NotebookClient(nb, kernel_name="firstlight", timeout=8, interrupt_on_timeout=True, allow_errors=True)
client.execute()
nbformat.validate(nb)
states = nb.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"]
print(json.dumps({
    "slider": [s["state"]["value"] for s in states.values() if s["model_name"] == "IntSliderModel"],
    "outputs": [[o.get("ename") or o["data"]["text/plain"] for o in c.outputs] for c in nb.cells],
}))
`
  const run = spec.python(['-c', script])
  expect(run.status, run.text).toBe(0)
  const line = run.text.split('\n').find((text) => text.startsWith('{')) ?? ''
  expect(JSON.parse(line)).toEqual({
    slider: [3],
    outputs: [['IntSlider(n: 3)'], ['KernelInterrupt'], ['true'], ['RangeError']],
  })
}, 120_000)
