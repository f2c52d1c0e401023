import type { DatasetType } from '../datasets/dataset-type.ts'
import { UnknownComponentError } from '../errors.ts'
import { componentClass, storageClass } from './storage-class.ts'

/** A component as a dataset type of its own name and storage class. */
export function partOf(type: DatasetType, component: string): DatasetType {
  const part = componentClass(storageClass(type.storageClass), component)
  if (part === undefined) throw unknownComponent(type, component)
  return { ...type, name: `${type.name}.${component}`, storageClass: part }
}

/** The error of a component that a type does not have, with those that it has. */
export const unknownComponent = (type: DatasetType, component: string): UnknownComponentError => {
  const known = storageClass(type.storageClass)
  return new UnknownComponentError(
    component,
    type.storageClass,
    Object.keys({ ...known.components, ...known.derived }),
  )
}
