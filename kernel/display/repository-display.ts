import { Butler, type CollectionInfo, Collections, DimensionUniverse, QueryResults, Registry } from '#butler'
import type { RecordDisplay, RecordNode } from '#protocol'
import type { DisplayData } from '../protocol/threads.ts'
import { showDatasets } from './dataset-display.ts'
import { recordData } from './record.ts'

/** Rows of a query that are fetched to be shown. */
const MOST_ROWS = 50
/** Collections in the tree; the text of a terminal shows less. */
const MOST_COLLECTIONS = 500

/** An open butler, its collections, its registry, its dimensions, and queries that have not been run. */
export function showRepository(value: unknown): Promise<DisplayData> | undefined {
  if (value instanceof Butler) return showButler(value)
  if (value instanceof Collections) return showCollections(value)
  if (value instanceof Registry) return showTypes(value)
  if (value instanceof DimensionUniverse) return Promise.resolve(showDimensions(value))
  return value instanceof QueryResults ? showQuery(value) : undefined
}

async function showButler(butler: Butler): Promise<DisplayData> {
  const searched = butler.collections.defaults
  const facts = [
    {
      label: 'searches',
      value: searched.join(', ') || 'no collections: give them in openRepo or in each call',
    },
    ...(butler.run === undefined ? [] : [{ label: 'writes to', value: butler.run }]),
  ]
  const record: RecordDisplay = {
    title: `Butler of ${butler.root}`,
    ...(butler.isWriteable && { subtitle: 'writeable' }),
    facts,
    tree: [await collectionsNode(butler.collections, searched), await typesNode(butler.registry)],
  }
  return recordData(record)
}

async function showCollections(collections: Collections): Promise<DisplayData> {
  const { children = [], note } = await collectionsNode(collections, collections.defaults)
  return recordData({
    title: 'Collections',
    ...(note !== undefined && { subtitle: note }),
    facts: [],
    tree: children,
  })
}

async function showTypes(registry: Registry): Promise<DisplayData> {
  const { children = [], note } = await typesNode(registry)
  return recordData({
    title: 'Dataset types',
    ...(note !== undefined && { subtitle: note }),
    facts: [],
    tree: children,
  })
}

/** What is searched, open and in its order; then the collections that no chain holds. */
async function collectionsNode(collections: Collections, searched: readonly string[]): Promise<RecordNode> {
  const infos = await collections.queryInfo('*', { includeSummary: true })
  const byName = new Map(infos.map((info) => [info.name, info]))
  const held = new Set(infos.flatMap((info) => info.children ?? []))
  const node = (info: CollectionInfo, depth: number): RecordNode => {
    const types = (info as { readonly datasetTypes?: readonly string[] }).datasetTypes ?? []
    const inner = (info.children ?? []).map((name) => byName.get(name)).filter((child) => child !== undefined)
    const note = types.length === 0 || info.type === 'CHAINED' ? info.type : `${info.type}, ${some(types)}`
    const children = depth < 6 ? inner.map((child) => node(child, depth + 1)) : []
    return {
      label: info.name,
      note,
      ...(children.length > 0 && { children, open: searched.includes(info.name) }),
    }
  }
  const found = searched.map((name) => byName.get(name)).filter((info) => info !== undefined)
  const tops = [...found, ...infos.filter(({ name }) => !held.has(name) && !searched.includes(name))]
  const shown = tops.slice(0, MOST_COLLECTIONS).map((info) => node(info, 0))
  const rest = tops.length - shown.length
  const more = rest > 0 ? [{ label: '…', value: `${rest} more` }] : []
  return { label: 'collections', note: `${infos.length}`, open: true, children: [...shown, ...more] }
}

async function typesNode(registry: Registry): Promise<RecordNode> {
  const types = await registry.queryDatasetTypes()
  const children = types.map(({ name, storageClass, dimensions, isCalibration }) => ({
    label: name,
    value: storageClass,
    note: `${dimensions.required.join(', ') || 'one for all'}${isCalibration ? '; calibration' : ''}`,
  }))
  return { label: 'dataset types', note: String(types.length), children }
}

const some = (names: readonly string[]): string =>
  names.length <= 4 ? names.join(' ') : `${names.slice(0, 3).join(' ')} … ${names.length} types`

function showDimensions(universe: DimensionUniverse): DisplayData {
  const tree = universe.elements
    .filter(({ kind }) => kind !== 'skypix')
    .map(({ name, kind, required, implied }) => ({
      label: name,
      ...(required.some((d) => d !== name) && { value: required.filter((d) => d !== name).join(', ') }),
      note: `${kind}${implied.length === 0 ? '' : `, implies ${implied.join(', ')}`}`,
    }))
  return recordData({
    title: 'Dimensions',
    subtitle: `universe ${universe.namespace} ${universe.version}`,
    facts: [],
    tree,
  })
}

/** The first rows; a query is not run further than it is looked at. */
async function showQuery(results: QueryResults<unknown>): Promise<DisplayData> {
  const rows: unknown[] = []
  for await (const row of results.limit(MOST_ROWS)) rows.push(row)
  if (rows.length > 0) return (await showDatasets(rows)) ?? nothing([])
  return nothing(await results.explainNoResults())
}

function nothing(reasons: readonly string[]): DisplayData {
  return { data: { 'text/plain': ['Nothing found.', ...reasons].join('\n') }, metadata: {} }
}
