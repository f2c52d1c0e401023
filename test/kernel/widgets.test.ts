import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Execution, Received } from './client.ts'
import { TestClient } from './client.ts'

/** The widget protocol (2.1.0) as ipywidgets' front-end packages speak it, over raw comms. */

let client: TestClient
beforeAll(async () => {
  client = await TestClient.start()
})
afterAll(() => client.stop())

type Content = Readonly<Record<string, unknown>>
const VIEW = 'application/vnd.jupyter.widget-view+json'

const stateOf = (open: Received) => (open.content['data'] as { state: Content }).state
/** comm_open of a model class, newest last. */
const opened = (model: string) =>
  client.received.filter((m) => m.header.msg_type === 'comm_open' && stateOf(m)['_model_name'] === model)
const idOf = (open: Received | undefined) => String(open?.content['comm_id'])
const messages = (id: string) =>
  client.received
    .filter((m) => m.header.msg_type === 'comm_msg' && m.content['comm_id'] === id)
    .map((m) => m.content['data'] as { method: string; state: Content })
const send = (id: string, data: Content) => client.send('shell', 'comm_msg', { comm_id: id, data })
const textOf = (run: Execution, type = 'execute_result') =>
  (run.ofType(type)[0]?.content['data'] as Content | undefined)?.['text/plain']

test('a slider opens with layout and style, is shown by its model, and is set from both sides', async () => {
  const run = await client.execute(
    'const sigma = widgets.slider(0, 10, { label: "sigma", value: 3 }); let heard: number[] = []; sigma.onChange((v: number) => heard.push(v)); sigma',
  )
  expect(run.error?.text).toBeUndefined()
  const open = opened('IntSliderModel').at(-1)
  const id = idOf(open)
  expect(open?.metadata).toEqual({ version: '2.1.0' })
  expect(open?.content['target_name']).toBe('jupyter.widget')
  expect(open && stateOf(open)).toMatchObject({
    _model_module: '@jupyter-widgets/controls',
    _model_module_version: '2.0.0',
    _view_name: 'IntSliderView',
    min: 0,
    max: 10,
    step: 1,
    value: 3,
    description: 'sigma',
    layout: `IPY_MODEL_${idOf(opened('LayoutModel').at(-1))}`,
    style: `IPY_MODEL_${idOf(opened('SliderStyleModel').at(-1))}`,
  })
  const data = run.ofType('execute_result')[0]?.content['data'] as Content
  expect(data[VIEW]).toEqual({ version_major: 2, version_minor: 0, model_id: id })
  expect(data['text/plain']).toBe('IntSlider(sigma: 3)')
  expect((await client.execute('String(widgets.slider(1, 2))')).result).toBe("'IntSlider(1)'")
  const sent = send(id, { method: 'update', state: { value: 7 }, buffer_paths: [] })
  await client.waitFor(() => client.idleOf(sent) !== undefined)
  expect(messages(id).at(-1)).toMatchObject({ method: 'echo_update', state: { value: 7 } })
  expect((await client.execute('sigma.value = 5; [sigma.value, heard]')).result).toBe('[ 5, [ 7, 5 ] ]')
  expect(messages(id).at(-1)).toEqual({ method: 'update', state: { value: 5 }, buffer_paths: [] })
})

test('drop-downs give their values with their types, buttons their clicks', async () => {
  await client.execute(
    'const band = widgets.dropdown({ green: 480, red: 620 }, { value: 620 }); let clicks = 0; const b = widgets.button("Go", () => { clicks++ })',
  )
  const drop = opened('DropdownModel').at(-1)
  expect(drop && stateOf(drop)).toMatchObject({ _options_labels: ['green', 'red'], index: 1 })
  send(idOf(drop), { method: 'update', state: { index: 0 }, buffer_paths: [] })
  send(idOf(opened('ButtonModel').at(-1)), { method: 'custom', content: { event: 'click' } })
  expect((await client.execute('await null; const nm: 480 | 620 = band.value; [nm, clicks]')).result).toBe(
    '[ 480, 1 ]',
  )
  expect((await client.execute('const bad: string = band.value')).error?.evalue).toContain('TS2322')
})

test('interact runs again at each change; prints, displays, results and errors stand in its output', async () => {
  const run = await client.execute(
    'const ia = interact({ n: widgets.slider(1, 9), word: ["a", "b"], on: true }, ({ n, word, on }) => { if (n === 9) throw new RangeError("too far"); console.log(word.toUpperCase(), on); display.html(`<b>${n}</b>`); return n * 2 }); await ia.settled()',
  )
  expect(run.error?.text).toBeUndefined()
  expect(run.stdout).toBe('')
  expect(textOf(run, 'display_data')).toBe('VBox')
  const shown = await client.execute('ia')
  expect(shown.ofType('execute_result')).toEqual([])
  expect(opened('DropdownModel').map((open) => stateOf(open)['description'])).toContain('word')
  const output = idOf(opened('OutputModel').at(-1))
  const outputs = () => messages(output).at(-1)?.state['outputs'] as readonly Content[] | undefined
  expect(outputs()).toEqual([
    { output_type: 'stream', name: 'stdout', text: 'A true\n' },
    {
      output_type: 'display_data',
      data: { 'text/html': '<b>1</b>', 'text/plain': '<b>1</b>' },
      metadata: {},
    },
    { output_type: 'display_data', data: { 'text/plain': '2' }, metadata: {} },
  ])
  const slider = idOf(opened('IntSliderModel').at(-1))
  send(slider, { method: 'update', state: { value: 4 }, buffer_paths: [] })
  send(idOf(opened('CheckboxModel').at(-1)), { method: 'update', state: { value: false }, buffer_paths: [] })
  await client.execute('await ia.settled()')
  expect(outputs()?.[0]).toMatchObject({ text: 'A false\n' })
  expect(outputs()?.[2]).toMatchObject({ data: { 'text/plain': '8' } })
  send(slider, { method: 'update', state: { value: 9 }, buffer_paths: [] })
  await client.execute('await ia.settled()')
  expect(outputs()).toMatchObject([{ output_type: 'error', ename: 'RangeError', evalue: 'too far' }])
})

test('while interact runs, changes wait and only the newest values run next', async () => {
  await client.execute(
    'let ran: number[] = []; const slow = interact({ x: widgets.slider(0, 100) }, async ({ x }) => { ran.push(x); await new Promise((r) => setTimeout(r, 120)) })',
  )
  const slider = idOf(opened('IntSliderModel').at(-1))
  expect(messages(slider)[0]).toMatchObject({ method: 'update', state: { description: 'x' } })
  for (const value of [10, 20, 30, 40]) send(slider, { method: 'update', state: { value }, buffer_paths: [] })
  await client.execute('await new Promise((r) => setTimeout(r, 30)); await slow.settled()')
  expect((await client.execute('ran')).result).toBe('[ 0, 40 ]')
})

test('a page that is loaded again asks for all states at once, and closed widgets are gone', async () => {
  await client.execute('const gone = widgets.text("bye"); gone.close()')
  const closed = idOf(opened('TextModel').at(-1))
  const control = crypto.randomUUID()
  client.send('shell', 'comm_open', { comm_id: control, target_name: 'jupyter.widget.control', data: {} })
  send(control, { method: 'request_states' })
  await client.waitFor(() => messages(control).length > 0)
  const { method, states } = messages(control)[0] as unknown as {
    method: string
    states: Record<string, Content>
  }
  expect(method).toBe('update_states')
  const slider = idOf(opened('IntSliderModel')[0])
  expect(states[slider]).toMatchObject({
    model_name: 'IntSliderModel',
    model_module: '@jupyter-widgets/controls',
    model_module_version: '2.0.0',
    state: { value: 5, description: 'sigma' },
  })
  expect(states[closed]).toBeUndefined()
})

test('wrong ranges and empty choices are told', async () => {
  expect((await client.execute('widgets.slider(5, 5)')).error?.evalue).toBe(
    'A slider wants min below max, found 5 and 5',
  )
  expect((await client.execute('widgets.dropdown([])')).error?.evalue).toContain('at least one choice')
})
