import { Table, tableFromArrays, tableToIPC, TimestampNanosecond, vectorFromArray } from 'apache-arrow'
import { expect, test } from 'vitest'
import type { PipelineTaskDisplay } from '#protocol'
import { Catalog } from '#table'
import { formatDuration } from '../../workbench/app/pipeline/duration.ts'
import { layoutTasks } from '#protocol'
import { textsOfIpc } from '../../workbench/app/table/arrow-text.ts'
import { formatCell } from '../../workbench/app/table/format.ts'

test('64-bit ids are printed exactly, floats with the digits of their type', () => {
  const table = tableFromArrays({
    id: BigInt64Array.of(775966608882401349n, -9007199254740993n),
    ra: Float64Array.of(320.832442123456, 1e-7),
    err: Float32Array.of(0.1, Number.NaN),
    n: Int32Array.of(3, -4),
  })
  expect(textsOfIpc(tableToIPC(table, 'stream'))).toEqual([
    ['775966608882401349', '-9007199254740993'],
    ['320.832442', '1.000000e-7'],
    ['0.1', 'NaN'],
    ['3', '-4'],
  ])
})

test('times of a table are dates, to the nanosecond; a missing one is empty', () => {
  const times = Catalog.fromColumns([{ name: 't', type: 'timestamp' }], {
    t: BigInt64Array.of(1_577_836_800_000_000_000n, 1_577_836_800_000_000_001n, -1n),
  })
  expect(textsOfIpc(times.toIpc())).toEqual([
    ['2020-01-01', '2020-01-01 00:00:00.000000001', '1969-12-31 23:59:59.999999999'],
  ])
  const missing = new Table({ t: vectorFromArray([null, 0], new TimestampNanosecond()) })
  expect(textsOfIpc(tableToIPC(missing, 'stream'))).toEqual([['', '1970-01-01']])
})

test('nulls are empty, lists are shortened, flags are words', () => {
  expect([null, true, 'text', [1, 2]].map((value) => formatCell(value))).toEqual([
    '',
    'true',
    'text',
    '[1, 2]',
  ])
  expect(formatCell(new Float32Array(20), true)).toBe('[0, 0, 0, 0, 0, 0, 0, 0, … 20]')
})

const task = (label: string, ...after: string[]): PipelineTaskDisplay => ({
  label,
  after,
  dimensions: [],
  total: 1,
  counts: { pending: 1, running: 0, done: 0, failed: 0, blocked: 0, skipped: 0, cancelled: 0 },
})

test('tasks stand right of all they wait for, and no two in one place', () => {
  const tasks = [
    task('isr'),
    task('char', 'isr'),
    task('calibrate', 'char', 'isr'),
    task('qa', 'isr'),
    task('x', 'absent'),
  ]
  const { boxes, edges } = layoutTasks(tasks)
  expect(edges.every(([from, to]) => from.x < to.x)).toBe(true)
  expect(edges).toHaveLength(4)
  expect(new Set(boxes.map(({ x, y }) => `${x} ${y}`)).size).toBe(tasks.length)
})

test('a pipeline that waits for itself is drawn all the same', () => {
  expect(layoutTasks([task('a', 'b'), task('b', 'a')]).boxes).toHaveLength(2)
  expect(layoutTasks([]).boxes).toEqual([])
})

test('durations', () => {
  expect([0.44, 42.4, 80, 7502].map(formatDuration)).toEqual(['0.4 s', '42 s', '1 min 20 s', '2 h 05 min'])
})
