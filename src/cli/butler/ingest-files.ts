import type { Command } from 'commander'
import {
  ArgumentError,
  ConflictingDefinitionError,
  type DataId,
  type DataIdValue,
  type IdMode,
  isAddress,
  nameOfPlace,
} from '#butler'
import { addTrackFileAttrs, choice, collectList, TRANSFER_MODES } from '../shared/options.ts'
import { placeFrom } from '../../platform/node/place.ts'
import { cellsOf } from '../shared/separated.ts'
import type { CommandContext } from './context.ts'

const ID_MODES = ['UNIQUE', 'DATAID_TYPE', 'DATAID_TYPE_RUN'] as const

interface Options {
  readonly trackFileAttrs: boolean
  readonly formatter?: string
  readonly idGenerationMode: IdMode
  readonly dataId?: readonly string[]
  readonly prefix?: string
  readonly transfer: (typeof TRANSFER_MODES)[number]
}

export function define(command: Command, context: () => CommandContext): void {
  command
    .argument('<repo>', 'repository')
    .argument('<type>', 'dataset type')
    .argument('<run>', 'run to write to; made when it does not exist')
    .argument('<table>', 'table (CSV or ECSV): paths in the first column, then data-ID keys')
    .option('--formatter <name>', 'formatter that reads the files; by default that of the storage class')
    .option(
      '--id-generation-mode <mode>',
      'UNIQUE, DATAID_TYPE or DATAID_TYPE_RUN',
      choice(ID_MODES),
      'UNIQUE',
    )
    .option('--data-id <key=value>', 'values that all have in common', collectList)
    .option('--prefix <folder>', 'where relative paths start')
    .option('-t, --transfer <mode>', 'how files come in', choice(TRANSFER_MODES), 'auto')
  addTrackFileAttrs(command).action(
    async (repo: string, type: string, run: string, table: string, options: Options) => {
      const { io, open, log } = context()
      const { routedFiles } = await import('../../platform/node/remote/routed-files.ts')
      const butler = await open(repo, { writeable: true })
      await butler.getDatasetType(type)
      const common = Object.fromEntries((options.dataId ?? []).map((t) => splitPair(t)))
      const { files, rows } = parseTable(await routedFiles.readText(placeFrom(io.cwd, table)), table)
      if (butler.dimensions.find(files) !== undefined)
        throw new ArgumentError(`The first column of '${table}' is '${files}'; it must name the files.`)
      log.info(`Ingesting ${rows.length} dataset ref(s) from ${rows.length} file(s)`)
      await butler.transaction(async () => {
        await butler.collections.register(run, 'RUN')
        const refs = await butler.registry.makeRefs(
          type,
          rows.map((r) => ({ ...r.dataId, ...common })),
          { run, idMode: options.idGenerationMode },
        )
        if (new Set(refs.map((r) => r.coordinate.key)).size < refs.length)
          throw new ConflictingDefinitionError(`Several files of '${table}' have the same data ID.`)
        const datasets = rows.map((row, i) => ({
          path: isAddress(row.path)
            ? row.path
            : nameOfPlace(placeFrom(placeFrom(io.cwd, options.prefix ?? '.'), row.path)),
          refs: [refs[i]!],
          ...(options.formatter !== undefined && { formatter: options.formatter }),
        }))
        await butler.ingest(datasets, {
          transfer: options.transfer,
          recordValidationInfo: options.trackFileAttrs,
        })
      })
    },
  )
}

function splitPair(text: string): readonly [string, DataIdValue] {
  const at = text.indexOf('=')
  if (at <= 0) throw new ArgumentError(`'${text}' is not key=value.`)
  return [text.slice(0, at), value(text.slice(at + 1))]
}

/** Digits are a whole number, exactly. */
function value(text: string): DataIdValue {
  if (!/^-?\d+$/.test(text)) return text
  const number = Number(text)
  return Number.isSafeInteger(number) ? number : BigInt(text)
}

/** A header line, then one line a file. */
function parseTable(
  text: string,
  name: string,
): { readonly files: string; readonly rows: readonly { readonly path: string; readonly dataId: DataId }[] } {
  const separator = /^# +delimiter: *'?([^' ]+)'?/m.exec(text)?.[1] ?? (/^# *%ECSV/.test(text) ? ' ' : ',')
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith('#'))
  const [head, ...rows] = lines.map((line) => {
    const cells = cellsOf(line, separator)
    if (cells === undefined) throw new ArgumentError(`A quote in '${name}' is not closed: ${line}`)
    return cells
  })
  if (head === undefined || rows.length === 0) throw new ArgumentError(`'${name}' lists no files.`)
  const parsed = rows.map((row, i) => {
    if (row.length !== head.length)
      throw new ArgumentError(
        `Line ${i + 2} of '${name}' has ${row.length} cells, the header has ${head.length}.`,
      )
    return {
      path: row[0]!,
      dataId: Object.fromEntries(head.slice(1).map((key, c) => [key, value(row[c + 1]!)])),
    }
  })
  return { files: head[0]!, rows: parsed }
}
