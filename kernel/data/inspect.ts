import { toUnits } from '../complete/code-points.ts'
import { commandAt, commandDocs } from './command-line.ts'
import { pipelineBody, pipelineDocs } from './pipeline-cell.ts'
import type { ColumnData, RepositoryData, TableData } from '../protocol/repository-data.ts'
import type { InspectResult } from '../protocol/threads.ts'
import { columnType, sqlAt, tablesIn, unquoted } from './sql-context.ts'

/** Docs of what stands at a cursor in SQL: a column with unit and description, a table with its columns. */
export function dataInspect(
  data: RepositoryData | undefined,
  { code, cursor, detail }: { readonly code: string; readonly cursor: number; readonly detail: number },
): InspectResult | undefined {
  const at = toUnits(code, cursor)
  const spoken = magicDocs(data, code, at)
  if (spoken !== undefined) return spoken
  const place = data === undefined ? undefined : sqlAt(code, at)
  if (data === undefined || place === undefined) return undefined
  const { owner, name } = wordAt(place.text, place.at)
  const tables = tablesIn(place.text, data)
  const owned = owner === undefined ? [...new Set(tables.values())] : [tables.get(unquoted(owner))]
  for (const table of owned) {
    const column = table?.columns.find((c) => c.name.toLowerCase() === unquoted(name))
    if (table !== undefined && column !== undefined) return columnResult(table, column)
  }
  const table = tables.get(unquoted(name)) ?? data.tables.find((t) => t.name.toLowerCase() === unquoted(name))
  return table === undefined ? { found: false, data: {} } : tableResult(table, detail)
}

function magicDocs(data: RepositoryData | undefined, code: string, at: number): InspectResult | undefined {
  const pipeline = pipelineBody(code, at)
  const command = commandAt(code, at)
  if (pipeline === undefined && command === undefined) return undefined
  const docs =
    pipeline !== undefined
      ? pipelineDocs(data, pipeline.body, pipeline.at)
      : command && commandDocs(command, code.slice(at))
  if (docs === undefined) return { found: false, data: {} }
  const [head = '', ...rest] = docs.split('\n\n')
  return found(
    docs,
    [`\`${head}\``, ...rest.map((part) => (part.startsWith('  ') ? fenced(part) : part))].join('\n\n'),
  )
}

const fenced = (text: string): string => `\`\`\`text\n${text}\n\`\`\``

function wordAt(text: string, at: number): { readonly owner: string | undefined; readonly name: string } {
  const before = /(?:(\w+)\.)?(\w*)$/.exec(text.slice(0, at))
  const after = /^\w*/.exec(text.slice(at))?.[0] ?? ''
  return { owner: before?.[1], name: `${before?.[2] ?? ''}${after}` }
}

function columnResult(table: TableData, column: ColumnData): InspectResult {
  const head = `${table.name}.${column.name}: ${columnType(column)}`
  return found(
    `${head}${column.doc === undefined ? '' : `\n\n${column.doc}`}`,
    `\`${head}\`\n\n${column.doc ?? ''}`,
  )
}

/** Columns of a table: all of them at detail 1, else the first. */
function tableResult({ name, doc, columns }: TableData, detail: number): InspectResult {
  const shown = detail > 0 ? columns : columns.slice(0, 20)
  const width = Math.max(0, ...shown.map((c) => c.name.length))
  const more = columns.length - shown.length
  const rest = more === 0 ? [] : [`… ${more} more columns`]
  const lines = shown.map(
    (c) => `  ${c.name.padEnd(width)}  ${columnType(c)}${c.doc === undefined ? '' : `  ${c.doc}`}`,
  )
  const rows = shown.map(
    (c) => `| ${c.name} | ${c.type} | ${c.unit ?? ''} | ${(c.doc ?? '').replaceAll('|', '\\|')} |`,
  )
  return found(
    [`${name}: ${doc}`, ...lines, ...rest.map((line) => `  ${line}`)].join('\n'),
    [`**${name}**: ${doc}`, '', '| column | type | unit | |', '|---|---|---|---|', ...rows, '', ...rest].join(
      '\n',
    ),
  )
}

const found = (plain: string, markdown: string): InspectResult => ({
  found: true,
  data: { 'text/plain': plain, 'text/markdown': markdown.trim() },
})
