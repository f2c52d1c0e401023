import type { Formatter, FormatterRegistry } from '#butler'
import { exposureDelegate } from './exposure/delegate.ts'
import {
  exposureFormatter,
  GENERIC_CLASSES,
  genericFormatter,
  imageFormatter,
  maskedImageFormatter,
  maskFormatter,
} from './exposure/formatters.ts'
import { npyFormatter, skyMapFormatter } from './other-formatters.ts'
import { parquetFormatter } from './parquet-formatter.ts'
import {
  configFormatter,
  jsonFormatter,
  logFormatter,
  packagesFormatter,
  yamlFormatter,
} from './text/formatters.ts'

const of = (formatter: Formatter, ...keys: readonly string[]): (readonly [string, Formatter])[] =>
  keys.map((key) => [key, formatter])

/** Which formatter writes which storage class. */
const BY_STORAGE_CLASS: readonly (readonly [string, Formatter])[] = [
  ...of(jsonFormatter, 'int', 'TaskMetadata', 'Timespan', 'MetricMeasurementBundle', 'VisitGeometry'),
  ...of(
    yamlFormatter,
    'StructuredDataDict',
    'StructuredDataList',
    'ExposureSummaryStats',
    'PropertySet',
    'PropertyList',
  ),
  ...of(packagesFormatter, 'Packages'),
  ...of(logFormatter, 'ButlerLogRecords'),
  ...of(configFormatter, 'Config'),
  ...of(exposureFormatter, 'Exposure', 'ExposureF', 'ExposureI', 'ExposureU', 'ExposureD'),
  ...of(imageFormatter, 'Image', 'ImageF', 'ImageU', 'ImageD'),
  ...of(maskFormatter, 'Mask', 'MaskX'),
  ...of(maskedImageFormatter, 'MaskedImage', 'MaskedImageF'),
  ...of(genericFormatter, ...GENERIC_CLASSES),
  ...of(skyMapFormatter, 'SkyMap'),
  ...of(npyFormatter, 'NumpyArray'),
  ...of(
    parquetFormatter,
    'DataFrame',
    'ArrowAstropy',
    'ArrowTable',
    'ArrowNumpy',
    'ArrowNumpyDict',
    'ArrowSchema',
    'Catalog',
    'SourceCatalog',
    'SimpleCatalog',
    'ExposureCatalog',
    'PeakCatalog',
  ),
]

const EXPOSURES: ReadonlySet<string> = new Set([
  'Exposure',
  'ExposureF',
  'ExposureI',
  'ExposureU',
  'ExposureD',
])

/**
 * The formatters of this module by storage class, and those of `more` (dataset type or storage class → formatter) before
 * them.
 */
export function defaultFormatters(more: Iterable<readonly [string, Formatter]> = []): FormatterRegistry {
  const byKey = new Map([...BY_STORAGE_CLASS, ...more])
  const byName = new Map([...byKey.values()].map((f) => [f.name, f]))
  return {
    forKeys: (keys) => keys.map((key) => byKey.get(key)).find((f) => f !== undefined),
    keys: [...byKey.keys()],
    byName: (name) => byName.get(name),
    delegate: (storageClass) => (EXPOSURES.has(storageClass) ? exposureDelegate : undefined),
  }
}
