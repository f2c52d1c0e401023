import type { Butler, DataCoordinate, DatasetRef, DatasetType } from '#butler'
import type { Edge, TaskNode } from '../graph/pipeline-graph.ts'
import { type CoordinateTable, CoordinateTables } from './coordinates.ts'
import { findExisting, limitTo } from './find-existing.ts'
import { byTime } from './by-time.ts'
import { PixelIndex } from './pixel-index.ts'

/** The datasets of a prerequisite edge for each of some quanta. */
export type PrerequisiteFinder = (quantum: DataCoordinate) => Promise<readonly DatasetRef[]>

/**
 * How a task finds a prerequisite: by its own function; by validity at the time of the quantum; by data ID; or, when the
 * dataset's place on the sky is not in the quantum's data ID, by overlap. Look-ups common to many quanta are made once.
 */
export async function prerequisiteFinder(
  butler: Butler,
  node: TaskNode,
  edge: Edge,
  type: DatasetType,
  quanta: readonly DataCoordinate[],
  collections: readonly string[],
): Promise<PrerequisiteFinder> {
  const { lookup } = edge
  if (lookup) return (quantum) => lookup(type, butler, quantum, collections)
  const skypix = type.dimensions.skypix.filter((name) => !node.dimensions.has(name))
  if (skypix.length > 0) return byPixel(butler, type, skypix[0] ?? '', quanta, collections)
  if (!node.dimensions.contains(type.dimensions)) return byQuery(butler, type, collections)
  if (type.isCalibration) return byTime(butler, type, quanta, collections)
  return byDataId(butler, type, quanta, collections)
}

const tableFor = (type: DatasetType, quanta: readonly DataCoordinate[]): CoordinateTable => {
  const table = new CoordinateTables().of(type.dimensions)
  for (const quantum of quanta) table.add(quantum)
  return table
}

async function byDataId(
  butler: Butler,
  type: DatasetType,
  quanta: readonly DataCoordinate[],
  collections: readonly string[],
): Promise<PrerequisiteFinder> {
  const table = tableFor(type, quanta)
  const found = await findExisting(butler, type, table, collections)
  return (quantum) => {
    const ref = found.get(table.find(quantum) ?? -1)
    return Promise.resolve(ref === undefined ? [] : [ref])
  }
}

/** All datasets in pixels that overlap the quantum's region; one query for those of all quanta. */
async function byPixel(
  butler: Butler,
  type: DatasetType,
  skypix: string,
  quanta: readonly DataCoordinate[],
  collections: readonly string[],
): Promise<PrerequisiteFinder> {
  const element = type.dimensions.universe.get(skypix)
  const others = type.dimensions.required.filter((name) => name !== skypix)
  const refs = await butler.queryDatasets(type, {
    collections,
    findFirst: true,
    limit: null,
    explain: false,
    ...limitTo(quanta, others),
  })
  const keyOf = (coordinate: DataCoordinate, pixel: number): string =>
    [pixel, ...others.map((name) => String(coordinate.get(name)))].join('|')
  const byKey = new Map(refs.map((ref) => [keyOf(ref.coordinate, Number(ref.coordinate.get(skypix))), ref]))
  const index = new PixelIndex(
    element,
    refs.map((ref) => Number(ref.coordinate.get(skypix))),
  )
  return (quantum) => {
    const { region } = quantum
    if (region === undefined || byKey.size === 0) return Promise.resolve([])
    const found = index.over(region).map((pixel) => byKey.get(keyOf(quantum, pixel)))
    return Promise.resolve(found.filter((ref) => ref !== undefined))
  }
}

/** Datasets related to the quantum by what the registry knows: a query for each. */
function byQuery(butler: Butler, type: DatasetType, collections: readonly string[]): PrerequisiteFinder {
  return (quantum) =>
    butler.queryDatasets(type, {
      collections,
      findFirst: true,
      limit: null,
      explain: false,
      dataId: quantum.values,
    })
}
