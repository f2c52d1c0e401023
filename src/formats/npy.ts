import { concatBytes } from '#core'
import { type NdArray, type NdArrayData, ndArray } from '#image'
import { formatError } from './errors.ts'

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]

type ArrayMaker = (buffer: ArrayBuffer) => NdArrayData

const TYPES: readonly (readonly [code: string, is: (data: NdArrayData) => boolean, make: ArrayMaker])[] = [
  ['f4', (d) => d instanceof Float32Array, (b) => new Float32Array(b)],
  ['f8', (d) => d instanceof Float64Array, (b) => new Float64Array(b)],
  ['i1', (d) => d instanceof Int8Array, (b) => new Int8Array(b)],
  ['u1', (d) => d instanceof Uint8Array, (b) => new Uint8Array(b)],
  ['i2', (d) => d instanceof Int16Array, (b) => new Int16Array(b)],
  ['u2', (d) => d instanceof Uint16Array, (b) => new Uint16Array(b)],
  ['i4', (d) => d instanceof Int32Array, (b) => new Int32Array(b)],
  ['u4', (d) => d instanceof Uint32Array, (b) => new Uint32Array(b)],
  ['i8', (d) => d instanceof BigInt64Array, (b) => new BigInt64Array(b)],
  ['u8', (d) => d instanceof BigUint64Array, (b) => new BigUint64Array(b)],
]

/** numpy's .npy, version 1.0, little-endian. @see numpy.lib.format */
export function writeNpy({ shape, data }: NdArray): Uint8Array<ArrayBuffer> {
  const code = TYPES.find(([, is]) => is(data))![0]
  const order = code.endsWith('1') ? '|' : '<'
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(', ')
  const text = `{'descr': '${order}${code}', 'fortran_order': False, 'shape': (${tuple}), }`
  const length = 64 * Math.ceil((10 + text.length + 1) / 64)
  const head = new Uint8Array(length).fill(32)
  head.set([...MAGIC, 1, 0, (length - 10) & 255, (length - 10) >> 8])
  head.set(new TextEncoder().encode(text), 10)
  head[length - 1] = 10
  return concatBytes([head, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)])
}

/** @throws FirstlightError 'formats/bad-file', 'formats/unsupported' */
export function readNpy(bytes: Uint8Array, name = '.npy'): NdArray {
  if (!MAGIC.every((byte, i) => bytes[i] === byte))
    throw formatError('bad-file', `${name} is not a .npy file.`)
  const major = bytes[6] ?? 0
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const start = major === 1 ? 10 : 12
  const size = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true)
  const text = new TextDecoder().decode(bytes.subarray(start, start + size))
  const descr = /'descr':\s*'([<>|=]?)(\w+)'/.exec(text)
  const dimensions = /'shape':\s*\(([^)]*)\)/.exec(text)
  if (descr === null || dimensions === null || /'fortran_order':\s*True/.test(text) || descr[1] === '>')
    throw formatError(
      'unsupported',
      `${name}: arrays are read little-endian, in C order; the header says ${text.trim()}.`,
    )
  const type = TYPES.find(([code]) => code === descr[2])
  if (type === undefined)
    throw formatError('unsupported', `${name}: arrays of '${descr[2] ?? ''}' are not read.`)
  const shape = dimensions[1]!
    .split(',')
    .map((s) => s.trim())
    .filter((s) => s !== '')
    .map(Number)
  const width = Number(type[0].slice(1))
  const count = shape.reduce((n, s) => n * s, 1)
  const body = bytes.slice(start + size, start + size + count * width)
  if (body.length !== count * width)
    throw formatError(
      'bad-file',
      `${name} is cut off: ${body.length} of ${count * width} bytes of data are there.`,
    )
  return ndArray(shape, type[2](body.buffer))
}
