/** Module of a type that cells know, by the name it has there. */
const MODULES: Readonly<Record<string, string>> = {
  ApCorrMap: '#image',
  BackgroundList: '#image',
  Box2I: '#geom',
  Camera: '#obs',
  Catalog: '#table',
  Defects: '#image',
  Detector: '#image',
  Exposure: '#image',
  FilterLabel: '#image',
  Header: '#fits',
  Image: '#image',
  LogRecord: '#core',
  Mask: '#image',
  MaskedImage: '#image',
  NdArray: '#image',
  PhotoCalib: '#image',
  Polygon: '#image',
  Psf: '#image',
  Schema: '#table',
  SkyMap: '#skymap',
  SkyWcs: '#wcs',
  SummaryStats: '#image',
  Timespan: '#time',
  VisitInfo: '#image',
}

/** What `get` gives for a storage class, as TypeScript writes it. Classes that are not here are `unknown`. */
const VALUES: Readonly<Record<string, string>> = {
  ApCorr: 'ApCorrMap',
  ArrowAstropy: 'Catalog',
  ArrowAstropySchema: 'Schema',
  ArrowColumnList: 'readonly string[]',
  ArrowNumpy: 'Catalog',
  ArrowNumpyDict: 'Catalog',
  ArrowNumpySchema: 'Schema',
  ArrowSchema: 'Schema',
  ArrowTable: 'Catalog',
  Background: 'BackgroundList',
  Box2I: 'Box2I',
  ButlerLogRecords: 'readonly LogRecord[]',
  Catalog: 'Catalog',
  Config: 'string',
  DataFrame: 'Catalog',
  DataFrameIndex: 'readonly string[]',
  DataFrameSchema: 'Schema',
  Defects: 'Defects',
  Detector: 'Detector',
  ExposureCatalog: 'Catalog',
  ExposureSummaryStats: 'SummaryStats',
  FilterLabel: 'FilterLabel',
  NumpyArray: 'NdArray',
  Packages: 'Readonly<Record<string, string>>',
  PeakCatalog: 'Catalog',
  PhotoCalib: 'PhotoCalib',
  Polygon: 'Polygon',
  PropertyList: 'Header',
  Psf: 'Psf',
  SimpleCatalog: 'Catalog',
  SkyMap: 'SkyMap',
  SourceCatalog: 'Catalog',
  StructuredDataDict: 'Readonly<Record<string, unknown>>',
  StructuredDataList: 'readonly unknown[]',
  TaskMetadata: 'Readonly<Record<string, unknown>>',
  Timespan: 'Timespan',
  VisitInfo: 'VisitInfo',
  Wcs: 'SkyWcs',
  int: 'number',
}

const FAMILIES: readonly (readonly [RegExp, string])[] = [
  [/^(?:Decorated)?Image[A-Z]?$/, 'Image'],
  [/^Exposure[A-Z]?$/, 'Exposure'],
  [/^MaskedImage[A-Z]?$/, 'MaskedImage'],
  [/^Mask[A-Z]?$/, 'Mask'],
]

/** The TypeScript type of a storage class's values. */
export const valueTypeOf = (storageClass: string): string =>
  VALUES[storageClass] ?? FAMILIES.find(([pattern]) => pattern.test(storageClass))?.[1] ?? 'unknown'

/** Import declarations for the types that texts mention. */
export function importsFor(types: Iterable<string>): string {
  const byModule = new Map<string, string[]>()
  const names = new Set([...types].flatMap((type) => type.match(/\w+/g) ?? []))
  for (const name of [...names].sort()) {
    const module = MODULES[name]
    if (module !== undefined) byModule.set(module, [...(byModule.get(module) ?? []), name])
  }
  return [...byModule].map(([module, own]) => `import type { ${own.join(', ')} } from '${module}'\n`).join('')
}
