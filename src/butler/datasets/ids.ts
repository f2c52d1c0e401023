import type { DataId } from '../dimensions/data-id.ts'
import type { DatasetType } from './dataset-type.ts'

/** How dataset ids are made: random version 7, or version 5 from type and data ID, or also from the run. */
export type IdMode = 'UNIQUE' | 'DATAID_TYPE' | 'DATAID_TYPE_RUN'

/** uuid5 of the DNS name "lsst.org". */
const NAMESPACE = '840b31d9-05cd-5161-b2c8-00d32b280d0f'

/** Ids are text of 36 characters; the library is loaded at the first use, which reading commands never make. */
export async function idMaker(
  mode: IdMode,
): Promise<(type: DatasetType, run: string, dataId: DataId) => string> {
  const { v5, v7 } = await import('uuid')
  if (mode === 'UNIQUE') return () => v7()
  return (type, run, dataId) => {
    const items = [...type.dimensions.required].sort().map((d) => `${d}=${String(dataId[d])}`)
    const head =
      mode === 'DATAID_TYPE_RUN' ? [`dataset_type=${type.name}`, `run=${run}`] : [`dataset_type=${type.name}`]
    return v5([...head, ...items].join(','), NAMESPACE)
  }
}

/** 32 hexadecimal digits, as tables hold ids. */
export const toHexId = (id: string): string => id.replaceAll('-', '').toLowerCase()

/** The usual form with dashes. */
export const fromHexId = (hex: string): string =>
  `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
