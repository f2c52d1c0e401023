import type { Detector, Exposure } from '#image'

/** Tables: the catalog class of `#table`, named by what we use of it until tasks import it themselves. */
export type StructuredData = Readonly<Record<string, unknown>>

/**
 * What a storage class holds in TypeScript; a storage class that is not here is `unknown` unless the connection says
 * `value: valueType<T>()`. Modules with their own storage classes may add to it by declaration merging.
 */
export interface StorageClassTypes {
  Exposure: Exposure
  ExposureF: Exposure
  ExposureI: Exposure
  Detector: Detector
  StructuredDataDict: StructuredData
  StructuredDataList: readonly unknown[]
  int: number
  float: number
  str: string
}

export type StorageValue<S extends string> = S extends keyof StorageClassTypes
  ? StorageClassTypes[S]
  : unknown

declare const typeTag: unique symbol
export interface TypeTag<T> {
  readonly [typeTag]?: T
}
/** The TypeScript type of a connection's datasets where its storage class does not tell: `value: valueType<Catalog>()`. */
export const valueType = <T>(): TypeTag<T> => ({})
