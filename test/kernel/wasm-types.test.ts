import { expect, test } from 'vitest'
import { wasmDeclarations } from '../../kernel/language/wasm-types.ts'

const bytes = (hex: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(hex.replaceAll(/\s/g, '').match(/../g) ?? [], (b) => Number.parseInt(b, 16))

test('functions of all number types, memories, globals and names that are no identifiers are declared', () => {
  // (module (import "env" "now" (func (result f64)))
  //   (func (param i64 f32) (result i64) local.get 0) (func)
  //   (memory 1) (global i32 (i32.const 7))
  //   (export "now" (func 0)) (export "twice-as" (func 1)) (export "go" (func 2)) (export "memory" (memory 0)) (export "seven" (global 0)))
  const module = bytes(`0061736d 01000000
    01 0e 03 60 00 01 7c 60 02 7e 7d 01 7e 60 00 00
    02 0b 01 03 656e76 03 6e6f77 00 00
    03 03 02 01 02
    05 03 01 00 01
    06 06 01 7f 00 41 07 0b
    07 28 05 03 6e6f77 00 00 08 74776963652d6173 00 01 02 676f 00 02 06 6d656d6f7279 02 00 05 736576656e 03 00
    0a 09 02 04 00 20 00 0b 02 00 0b`)
  expect(WebAssembly.validate(module)).toBe(true)
  expect(wasmDeclarations(module)?.split('\n')).toEqual([
    'declare const all: {',
    '  readonly "now": () => number',
    '  readonly "twice-as": (p0: bigint, p1: number) => bigint',
    '  readonly "go": () => void',
    '  readonly "memory": WebAssembly.Memory',
    '  readonly "seven": WebAssembly.Global',
    '}',
    'export default all',
    'declare const e0: () => number',
    'export { e0 as now }',
    'declare const e1: () => void',
    'export { e1 as go }',
    'declare const e2: WebAssembly.Memory',
    'export { e2 as memory }',
    'declare const e3: WebAssembly.Global',
    'export { e3 as seven }',
    '',
  ])
})

test('what is no module, or is cut short, declares nothing', () => {
  expect(wasmDeclarations(bytes('0061736d'))).toBeUndefined()
  expect(wasmDeclarations(new TextEncoder().encode('no module'))).toBeUndefined()
  expect(wasmDeclarations(bytes('0061736d 01000000 07 05 01 03 6e'))).toBeUndefined()
})
