import { Complex, PyFloat, type PyValue } from '#config'
import { Scalar, stringify } from 'yaml'
import type { ConfigBlock, Pipeline } from './pipeline.ts'

/** A pipeline as YAML, imports merged: what `--show pipeline` prints and `--save-pipeline` writes. */
export function printPipeline(pipeline: Pipeline): string {
  const { description, instrument, parameters, tasks, contracts, subsets, steps } = pipeline
  const document = {
    description,
    ...(instrument !== undefined && { instrument }),
    ...(parameters.size > 0 && { parameters: plainMap(parameters) }),
    tasks: Object.fromEntries(
      [...tasks].map(([label, task]) => [
        label,
        { class: task.className, ...(task.configs.length > 0 && { config: task.configs.map(plainBlock) }) },
      ]),
    ),
    ...(contracts.length > 0 && {
      contracts: contracts.map(({ expression, message }) => ({
        contract: expression,
        ...(message !== undefined && { msg: message }),
      })),
    }),
    ...(subsets.size > 0 && {
      subsets: Object.fromEntries(
        [...subsets].map(([name, s]) => [
          name,
          { subset: s.labels, ...(s.description !== undefined && { description: s.description }) },
        ]),
      ),
    }),
    ...(steps.length > 0 && { steps: steps.map(({ label, dimensions }) => ({ label, dimensions })) }),
  }
  return stringify(document, {
    version: '1.1',
    customTags: (tags) => tags.filter((tag) => typeof tag === 'string' || !ORDERED.test(tag.tag)),
    lineWidth: 80,
    indentSeq: false,
    aliasDuplicateObjects: false,
  })
}

const plainBlock = (block: ConfigBlock): Record<string, unknown> => ({
  ...(block.python !== undefined && { python: block.python }),
  ...(block.dataId && { dataId: plainMap(block.dataId) }),
  ...(block.files.length > 0 && { file: block.files }),
  ...plainMap(block.values),
})

const plainMap = (map: ReadonlyMap<string, PyValue>): Record<string, unknown> =>
  Object.fromEntries([...map].map(([k, v]) => [k, plain(v)]))

function plain(value: PyValue): unknown {
  if (value instanceof PyFloat) return floatScalar(value.value)
  if (value instanceof Complex) return `${value.re}+${value.im}j`
  if (value instanceof Map)
    return new Map([...(value as ReadonlyMap<PyValue, PyValue>)].map(([k, v]) => [plain(k), plain(v)]))
  return Array.isArray(value) ? (value as readonly PyValue[]).map(plain) : value
}

/** Tags that YAML 1.1 would give to a Map. */
const ORDERED = /:(omap|set|pairs)$/

/** A number that keeps its point: `4.0`, not `4`. */
function floatScalar(value: number): Scalar {
  const scalar = new Scalar(value)
  if (Number.isInteger(value)) scalar.minFractionDigits = 1
  return scalar
}
