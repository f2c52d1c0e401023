import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestClient } from './client.ts'

let client: TestClient
beforeAll(async () => {
  client = await TestClient.start()
})
afterAll(() => client.stop())

const result = async (code: string) => {
  const run = await client.execute(code)
  expect(run.error?.text).toBeUndefined()
  return run.result
}
const write = (name: string, text: string) => {
  const path = join(client.folder, name)
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, text)
}

test('const, let, functions, classes, enums and types reach later cells', async () => {
  await result('const a = 5; let b = a * 2; function twice(x: number) { return x * 2 }')
  await result(
    'class Point { constructor(readonly x: number, readonly y: number) {} get r() { return Math.hypot(this.x, this.y) } }',
  )
  await result(
    'enum Band { G = "g", R = "r" }\ninterface Source { id: number; band: Band }\ntype Sources = readonly Source[]',
  )
  expect(
    await result(
      'const list: Sources = [{ id: a, band: Band.R }]; [twice(b), new Point(3, 4).r, list[0].band]',
    ),
  ).toBe("[ 20, 5, 'r' ]")
})

test('a const enum reaches later cells', async () => {
  await result('const enum CE { P = 7, Q = "q" }')
  expect(await result('const ce: CE = CE.P; [ce, CE.Q, CE["P"]]')).toBe("[ 7, 'q', 7 ]")
})

test('aliases of a namespace’s members reach later cells', async () => {
  await result(
    'namespace Sky { export interface Box { a: number }; export const c = 1; export namespace Deep { export class Field { n = 2 } } }',
  )
  expect(
    await result(
      'import Box = Sky.Box; import c2 = Sky.c; import F = Sky.Deep.Field\nconst al: Box = { a: 3 }; al.a + c2',
    ),
  ).toBe('4')
  expect(await result('const again: Box = { a: 5 }; [again.a, c2, (new F() as F).n]')).toBe('[ 5, 1, 2 ]')
})

test('a let is one variable: later cells and earlier functions see its changes', async () => {
  await result('let counter = 0; const bump = () => { counter += 1; return counter }')
  await result('bump(); counter += 10')
  expect(await result('[counter, bump(), counter]')).toBe('[ 11, 12, 12 ]')
})

test('a var of a block or loop is a variable of the cell, as in JavaScript', async () => {
  expect(await result('var v1 = 1; { var v1 = 2 } var v1: number; v1')).toBe('2')
  await result(
    'if (v1) { var inner = 5, [left, { right = 7 }] = [6, {}] as [number, { right?: number }] }\ntry { throw 1 } catch { var caught = "yes" } finally { var last = true }\nif (!v1) { var never = 1 }\nfunction read() { return inner }',
  )
  expect(await result('inner++; [read(), left + right, caught.length, last, never]')).toBe(
    '[ 6, 13, 3, true, undefined ]',
  )
  await result(
    'for (var i = 0, n = 3; i < n; i++);\nfor (var { k } of [{ k: "a" }, { k: "b" }]) for (var at in [1, 2]);\nfunction own(k: number) { { var k = k + 1 } return k }\nnamespace Own { var i = 9; export const seen = i }',
  )
  expect(await result('[i, n, k.toUpperCase(), at, own(4), Own.seen]')).toBe("[ 3, 3, 'B', '1', 5, 9 ]")
})

test('a global that a cell declares is known to later cells, and read where it stands', async () => {
  await result(
    'declare const ggg: number; declare let hhh: string; declare function fff(x: number): number; (globalThis as any).ggg = 9',
  )
  await result('Object.assign(globalThis, { hhh: "h", fff: (x: number) => x + 1 })')
  expect(await result('hhh += "!"; const later = () => fff(ggg); [ggg, hhh, fff(ggg), later()]')).toBe(
    "[ 9, 'h!', 10, 10 ]",
  )
  expect((await client.execute('hhh.toFixed()')).error?.evalue).toContain('TS2551')
})

test('declare global lasts, and the cell that says it again has the last word', async () => {
  await result('interface Pair<T> { both: [T, T] }')
  await result(
    'declare global { interface Array<T> { ends(): Pair<T> } var shared: number }\nArray.prototype.ends = function () { return { both: [this[0], this.at(-1)] } }\nglobalThis.shared = 5',
  )
  expect(await result('[[1, 2, 3].ends().both[1].toFixed(1), shared]')).toBe("[ '3.0', 5 ]")
  await result('declare global { var shared: string }; globalThis.shared = "five"')
  expect(await result('[shared.toUpperCase(), [4].ends().both]')).toBe("[ 'FIVE', [ 4, 4 ] ]")
})

test('a name may be declared again with another type, and functions see the new one', async () => {
  await result(
    'const label = 7; function show() { return `${helper()}!` }\nfunction helper() { return "old" }',
  )
  await result('function helper() { return "new" }')
  await result('const label = "seven"')
  expect(await result('label.toUpperCase() + show()')).toBe("'SEVENold!'")
  await result('function ask() { return helper() }')
  await result('function helper() { return "newest" }')
  expect(await result('ask()')).toBe("'newest'")
})

test('destructuring, defaults and rest', async () => {
  await result(
    'const { x: px, ...others } = { x: 1, y: 2, z: [3, 4] }; let [first, second = 7, ...tail] = [1, undefined, 3, 4]',
  )
  await result('({ x: first } = { x: 9 })')
  expect(await result('({ px, others, first, second, tail })')).toBe(
    '{ px: 1, others: { y: 2, z: [ 3, 4 ] }, first: 9, second: 7, tail: [ 3, 4 ] }',
  )
})

test('top-level await, in loops too', async () => {
  expect(
    await result(
      'let total = 0; for await (const n of (async function* () { yield 1; yield 2 })()) total += await Promise.resolve(n); total',
    ),
  ).toBe('3')
})

test('the last expression is the result, a promise is not awaited, undefined is silent', async () => {
  expect(await result('1; 2;')).toBe('2')
  expect(await result('undefined')).toBeUndefined()
  expect(await result('const silent = 3')).toBeUndefined()
  expect(await result('Promise.resolve(4)')).toBe('Promise { 4 }')
  expect(await result('_')).toBe('Promise { 4 }')
})

test('a failed cell keeps what it declared before, and older values of what it did not reach', async () => {
  await result('const kept = 1; const later = "old"')
  const run = await client.execute(
    'const kept = 2; if (kept > 1) throw new Error("half way"); const later = 3',
  )
  expect(run.error?.evalue).toBe('half way')
  expect(await result('[kept, later.toUpperCase()]')).toBe("[ 2, 'OLD' ]")
})

test('type errors are errors with code, line and caret, and nothing runs', async () => {
  const run = await client.execute('console.log("must not run")\nconst n: number = "no"')
  expect(run.stdout).toBe('')
  expect(run.error).toMatchObject({
    ename: 'TypeScriptError',
    evalue: "TS2322: Type 'string' is not assignable to type 'number'.",
  })
  expect(run.error?.text).toBe(
    `In[${run.reply['execution_count']}]:2:7 - error TS2322: Type 'string' is not assignable to type 'number'.\n  2 | const n: number = "no"\n    |       ^`,
  )
  expect((await client.execute('document.title')).error?.evalue).toContain("Cannot find name 'document'")
})

test('a constant of an earlier cell is called one when it is assigned, an import is an import', async () => {
  await result('const fixed = 9')
  expect((await client.execute('fixed = 10')).error?.evalue).toBe(
    "TS2588: Cannot assign to 'fixed' because it is a constant.",
  )
  const own = await client.execute('import { sep } from "node:path"; sep = "/"')
  expect(own.error?.evalue).toBe("TS2632: Cannot assign to 'sep' because it is an import.")
})

test('a syntax error is an error message', async () => {
  const run = await client.execute('const = 5')
  expect(run.error?.ename).toBe('SyntaxError')
  expect(run.reply['status']).toBe('error')
})

test('a cell that ends inside a comment or string is refused, not swallowed', async () => {
  for (const code of ['1 /* open', '`open', 'function f() {'])
    expect((await client.execute(code)).error?.ename).toBe('SyntaxError')
})

test('errors name TypeScript lines of this and of earlier cells', async () => {
  const first = await client.execute(
    'interface Wide {\n  a: number\n}\nfunction boom(w: Wide): never {\n  throw new RangeError(`boom ${w.a}`)\n}',
  )
  const run = await client.execute('// a comment\n\nboom({ a: 1 })')
  const [n, m] = [first.reply['execution_count'], run.reply['execution_count']]
  expect(run.error).toMatchObject({ ename: 'RangeError', evalue: 'boom 1' })
  expect(run.error?.text).toContain(`at boom (In[${n}]:5:9)\n    at In[${m}]:3:1`)
  expect(run.error?.text).toContain('> 5 |   throw new RangeError')
  expect(run.error?.text).not.toContain('node:internal')
})

test('anything may be thrown', async () => {
  expect((await client.execute('throw "text"')).error).toMatchObject({ ename: 'Thrown', evalue: "'text'" })
  expect(
    (await client.execute('throw new Error("outer", { cause: new Error("inner") })')).error?.text,
  ).toContain('Caused by: Error: inner')
})

test('an error of the engine says message, hint and cause, no stack of the cause and nothing twice', async () => {
  const run = await client.execute(
    'import { FirstlightError } from "firstlight/core"\nconst deep = new Error("disk on fire")\nconst inner = new FirstlightError("t/inner", "the file is torn", { hint: "Mend it.", cause: deep })\nthrow new FirstlightError("t/outer", "Cannot read: the file is torn", { hint: "Mend it.", cause: inner })',
  )
  const text = run.error?.text ?? ''
  expect(text.split('Hint: Mend it.')).toHaveLength(2)
  expect(text.split('Caused by')).toHaveLength(2)
  expect(text).toContain('Caused by: Error: disk on fire')
  expect(text.slice(text.indexOf('Caused by'))).not.toContain('    at ')
})

test('ES modules: Node’s, ours, and a package beside the notebook, by its import condition', async () => {
  write(
    'node_modules/esm-only/package.json',
    '{"name":"esm-only","version":"1.0.0","type":"module","exports":{"import":"./main.js","types":"./main.d.ts"}}',
  )
  write(
    'node_modules/esm-only/main.js',
    'export const value = await Promise.resolve(42); export default class Made { name = "made" }',
  )
  write(
    'node_modules/esm-only/main.d.ts',
    'export declare const value: number; export default class Made { name: string }',
  )
  expect(
    await result(
      'import { basename } from "node:path"\nimport Made, { value } from "esm-only"\nimport * as core from "firstlight/core"\n[basename("/a/b.fits"), value, new Made().name, core.toHex(new Uint8Array([255]))]',
    ),
  ).toBe("[ 'b.fits', 42, 'made', 'ff' ]")
  expect(await result('[basename("/x/y"), value + 1, typeof core.fromHex]')).toBe("[ 'y', 43, 'function' ]")
  expect(await result('(await import("esm-only")).value')).toBe('42')
})

test('type-only imports leave no trace at run time', async () => {
  write('only-types.ts', 'console.log("loaded"); export interface Shape { side: number }')
  const run = await client.execute(
    'import type { Shape } from "./only-types"; import { Shape as S } from "./only-types.ts"\nconst s: Shape & S = { side: 2 }; s.side',
  )
  expect(run).toMatchObject({ result: '2', stdout: '' })
  expect(await result('const again: Shape & S = { side: 3 }; again.side')).toBe('3')
})

test('a local TypeScript module is imported, and its edit seen on re-import, also one it imports', async () => {
  write('lib/deep.ts', 'export const depth: number = 1')
  write(
    'lib/helper.ts',
    'import { depth } from "./deep.ts"\nexport const where = import.meta.url\nexport function scale(x: number): number { return x * 10 + depth }',
  )
  expect(
    await result('import { scale, where } from "./lib/helper"; [scale(1), where.endsWith("/lib/helper.ts")]'),
  ).toBe('[ 11, true ]')
  write('lib/deep.ts', 'export const depth: number = 2')
  expect(await result('import { scale } from "./lib/helper"; scale(1)')).toBe('12')
  write(
    'lib/helper.ts',
    'export function scale(x: string): string {\n  if (x === "") throw new Error("empty")\n  return x + x\n}',
  )
  expect((await client.execute('import { scale } from "./lib/helper"; scale(1)')).error?.evalue).toContain(
    'TS2345',
  )
  const run = await client.execute('import { scale } from "./lib/helper"; scale("")')
  expect(run.error?.text).toContain('lib/helper.ts:2:')
})

test('JSON, WebAssembly and require', async () => {
  write('data.json', '{"exposure": 30}')
  write('node_modules/old/index.js', 'module.exports = { kind: "cjs" }')
  expect(await result('import data from "./data.json" with { type: "json" }; data.exposure')).toBe('30')
  expect(await result('const old = require("old"); old.kind')).toBe("'cjs'")
  expect(await result('require("node:path").dirname(__filename) === __dirname')).toBe('true')
  write('lib/typed.ts', 'export const kind: string = "ts"')
  expect(await result('require("./lib/typed.ts").kind + require("./lib/typed").kind')).toBe("'tsts'")
  write('lib/typed.ts', 'export const kind: string = "new"')
  expect(await result('import typed = require("./lib/typed"); typed.kind')).toBe("'new'")
  const unnamed = await client.execute('const deep = "./lib/deep"; require(deep + ".ts")')
  expect(unnamed.error?.text).toContain('await import(name)')
})

test('a type error in a local module is shown with file and line when a cell imports it', async () => {
  write('lib/low.ts', 'export const a = 1\n\nexport const c: number = "a"')
  write('lib/high.ts', 'export { c } from "./low"')
  for (const cell of [
    'import { c } from "./lib/high"; c',
    'console.log("ran"); await import("./lib/low.ts")',
  ]) {
    const run = await client.execute(cell)
    expect(run.error).toMatchObject({ ename: 'TypeScriptError', evalue: expect.stringMatching(/^TS2322/) })
    expect(run.error?.text).toMatch(/^lib\/low\.ts:3:14 - error TS2322[^]*export const c: number = "a"/)
    expect(run.stdout).toBe('')
  }
  write('lib/low.ts', 'export const c = (1')
  expect((await client.execute('import { c } from "./lib/low"; c')).error?.ename).toBe('SyntaxError')
  write('lib/low.ts', '// @ts-nocheck\nexport const c: number = "a"')
  expect(await result('import { c } from "./lib/low"; c')).toBe("'a'")
})

test('a declaration added to a local module lasts', async () => {
  write('lib/shape.ts', 'export interface Shape { side: number }')
  await client.execute("declare module './lib/shape' { interface Shape { hue: string } }")
  expect(
    await result(
      'import type { Shape } from "./lib/shape"; const shape: Shape = { side: 1, hue: "r" }; shape.hue',
    ),
  ).toBe("'r'")
})

test('a missing package or export says so', async () => {
  expect((await client.execute('import x from "no-such-package"')).error?.evalue).toContain(
    "Cannot find module 'no-such-package'",
  )
  const run = await client.execute('await import("no-such" + "-package")')
  expect(run.error?.evalue).toContain("Cannot find package 'no-such-package'")
  expect(run.error?.text).toContain('npm install no-such-package')
})

test('the kernel’s own modules and variables are not in reach', async () => {
  expect((await client.execute('__scope')).error?.ename).toBe('TypeScriptError')
  expect((await client.execute('runner')).error?.ename).toBe('TypeScriptError')
})

test('two hundred names stay cheap and right', async () => {
  await result(Array.from({ length: 200 }, (_, i) => `const name${i} = ${i}`).join('\n'))
  expect(await result('name3 + name199')).toBe('202')
})

test('a module-level process.exit loses the variables, says so, and the kernel goes on', async () => {
  await result('const lost = 1')
  const run = await client.execute('process.exit(3)')
  expect(run.error).toMatchObject({ ename: 'ExecutionLost' })
  expect(run.error?.evalue).toContain('process.exit(3)')
  expect((await client.execute('lost')).error?.evalue).toContain("Cannot find name 'lost'")
  expect(await result('1 + 1')).toBe('2')
})

test('the port of the thread is the kernel’s: code for workers sees a main thread', async () => {
  expect(
    await result(
      `import { isMainThread, parentPort, workerData } from 'node:worker_threads'
import * as threads from 'node:worker_threads'
for (const port of [parentPort, threads.parentPort, require('worker_threads').parentPort])
  for (const junk of [{ type: 'done', id: 1 }, 'junk', null]) port?.postMessage(junk);
[isMainThread, parentPort, workerData]`,
    ),
  ).toBe('[ true, null, null ]')
  expect(
    await result(
      `const answer = await new Promise((resolve) => new threads.Worker(
  "const { parentPort, workerData, isMainThread } = require('worker_threads'); parentPort.postMessage([workerData, isMainThread])",
  { eval: true, workerData: 7 }).once('message', resolve)); answer`,
    ),
  ).toBe('[ 7, false ]')
})

test.each([
  'JSON.stringify',
  'Array.prototype.map',
  'Map.prototype.set',
  'Promise.prototype.then',
  'Array.prototype[Symbol.iterator]',
])('a cell that replaces %s gets its reply, and so do the next', async (name) => {
  await client.execute(`const kept = ${name}; ${name} = (() => { throw new Error('replaced') }) as never`)
  for (const next of ['%butler --version', '%who', 'throw new Error("mine")', 'const six = 6; six'])
    expect((await client.execute(next)).reply['status']).toMatch(/^(?:ok|error)$/)
  expect((await client.execute('5')).result).toBe('5')
  await result(`${name} = kept`)
})
