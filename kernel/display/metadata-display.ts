import type { StoredMetadata } from '#pipeline'
import type { RecordNode } from '#protocol'
import type { DisplayData } from '../protocol/threads.ts'
import { leafText, recordData } from './record.ts'

/** Task metadata as a tree of their names. */
export function showMetadata(stored: StoredMetadata): DisplayData {
  return recordData({ title: 'Task metadata', facts: [], tree: branches(stored) })
}

const branches = ({ scalars, arrays, metadata }: StoredMetadata): readonly RecordNode[] => [
  ...Object.entries({ ...scalars, ...arrays }).map(([label, value]) => ({ label, value: leafText(value) })),
  ...Object.entries(metadata).map(([label, inner]) => ({ label, children: branches(inner), open: true })),
]
