import type { StoredMetadata } from '#pipeline'
import type { CollectionInfo, DatasetType } from '#butler'
import type { LogRecord } from '#core'
import type { Defects, Detector, NdArray, VisitInfo } from '#image'

/** What values without a class of their own are, told by their members, so that looking at a number loads no module of the engine. */
export type PlainKind = 'plain' | 'config' | 'datasets' | 'wcs'

/** The kind of display that a plain value has; undefined when Node's text says it all. */
export function plainKind(value: unknown): PlainKind | undefined {
  if (Array.isArray(value)) {
    const list = value as unknown[]
    if (list.length === 0) return undefined
    if (list.every(isCollection) || list.every(isDatasetType)) return 'datasets'
    return list.every(isLogRecord) ? 'plain' : undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  if (Object.getOwnPropertySymbols(value).some((symbol) => symbol.description === 'config state'))
    return 'config'
  if (hasAccessors(value)) return undefined
  if (isCollection(value) || isDatasetType(value)) return 'datasets'
  if (has(value, 'pixelToSky', 'skyToPixel', 'toFitsCards')) return 'wcs'
  return isArray(value) ||
    isDetector(value) ||
    isDefects(value) ||
    isVisitInfo(value) ||
    isStoredMetadata(value) ||
    isNested(value)
    ? 'plain'
    : undefined
}

export const isCollection = (value: unknown): value is CollectionInfo =>
  has(value, 'name', 'type') &&
  /^(?:RUN|TAGGED|CHAINED|CALIBRATION)$/.test(String((value as CollectionInfo).type))

export const isDatasetType = (value: unknown): value is DatasetType =>
  has(value, 'name', 'dimensions', 'storageClass', 'isCalibration')

const has = (value: unknown, ...names: readonly string[]): boolean =>
  typeof value === 'object' && value !== null && names.every((name) => name in value)

export const isArray = (value: unknown): value is NdArray =>
  has(value, 'shape', 'data') &&
  ArrayBuffer.isView((value as NdArray).data) &&
  Array.isArray((value as NdArray).shape)
export const isDetector = (value: unknown): value is Detector =>
  has(value, 'amplifiers', 'serial', 'bbox', 'orientation')
export const isDefects = (value: unknown): value is Defects =>
  has(value, 'boxes') &&
  Array.isArray((value as Defects).boxes) &&
  (value as Defects).boxes.every((b) => has(b, 'x0', 'y0', 'width'))
export const isVisitInfo = (value: unknown): value is VisitInfo =>
  has(value, 'exposureTime') && (has(value, 'boresight') || has(value, 'rotType') || has(value, 'exposureId'))
export const isStoredMetadata = (value: unknown): value is StoredMetadata =>
  has(value, 'scalars', 'arrays', 'metadata') && Object.keys(value as object).length === 3
export const isLogRecord = (value: unknown): value is LogRecord =>
  has(value, 'time', 'level', 'name', 'message')

/** Looking at a value must not run its code: Node prints `[Getter]`. */
export const hasAccessors = (value: object): boolean =>
  Object.values(Object.getOwnPropertyDescriptors(value)).some((member) => member.get !== undefined)

/** Worth folding: something nested, and more than fits a few lines. */
function isNested(value: object): boolean {
  const proto: unknown = Object.getPrototypeOf(value)
  if (proto !== Object.prototype && proto !== null) return false
  const inner = Object.values(value) as unknown[]
  return inner.length > 12 || inner.some((item) => isRecord(item) && Object.keys(item).length > 3)
}

const isRecord = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
