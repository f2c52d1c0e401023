import { closest } from '#core'
import { Timespan } from '#time'
import { ParameterError, StorageClassError, UnknownComponentError } from '../errors.ts'

/** What a kind of dataset value is made of. */
export interface StorageClass {
  readonly name: string
  /** Part name → storage class of the part; parts that are stored. */
  readonly components: Readonly<Record<string, string>>
  /** Parts that are computed at reading. */
  readonly derived: Readonly<Record<string, string>>
  /** Parameters that `get` takes. */
  readonly parameters: readonly string[]
  /** Values of these classes can be handed back as each other. */
  readonly family: string
  readonly accepts: (value: unknown) => boolean
}

interface Entry {
  readonly inherits?: string
  readonly components?: Readonly<Record<string, string>>
  readonly derived?: Readonly<Record<string, string>>
  readonly parameters?: readonly string[]
  readonly family?: string
  readonly accepts?: (value: unknown) => boolean
}

const isObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value)

const table = (columns: string, schema: string): Entry => ({
  derived: { columns, rowcount: 'int', schema },
  parameters: ['columns', 'filters', 'strip_astropy_meta_yaml'],
  family: 'table',
})

const EXPOSURE: Entry = {
  components: {
    apCorrMap: 'ApCorr',
    coaddInputs: 'CoaddInputs',
    detector: 'Detector',
    filter: 'FilterLabel',
    id: 'int',
    image: 'Image',
    mask: 'Mask',
    metadata: 'PropertyList',
    photoCalib: 'PhotoCalib',
    psf: 'Psf',
    summaryStats: 'ExposureSummaryStats',
    transmissionCurve: 'TransmissionCurve',
    validPolygon: 'Polygon',
    variance: 'Image',
    visitInfo: 'VisitInfo',
    wcs: 'Wcs',
  },
  derived: { bbox: 'Box2I', dimensions: 'Extent2I', xy0: 'Point2I' },
  parameters: ['bbox', 'origin', 'amp', 'detector', 'preserve_quantization', 'exposure_record'],
  family: 'exposure',
}

const image: Entry = { parameters: ['bbox', 'origin'], family: 'image' }
const maskedImage: Entry = {
  components: { image: 'Image', mask: 'Mask', variance: 'Image' },
  parameters: ['bbox', 'origin'],
}

/** The anchor's classes that have parts, parameters or checks; any other name is a class without them. */
const ENTRIES: Readonly<Record<string, Entry>> = {
  ArrowTable: table('ArrowColumnList', 'ArrowSchema'),
  ArrowAstropy: table('ArrowColumnList', 'ArrowAstropySchema'),
  ArrowNumpy: table('ArrowColumnList', 'ArrowNumpySchema'),
  ArrowNumpyDict: table('ArrowColumnList', 'ArrowNumpySchema'),
  DataFrame: table('DataFrameIndex', 'DataFrameSchema'),
  StructuredDataDict: { family: 'dict', accepts: isObject },
  StructuredDataList: { accepts: Array.isArray },
  TaskMetadata: { family: 'dict', accepts: isObject },
  PropertySet: { family: 'dict', accepts: isObject },
  PropertyList: { family: 'dict', accepts: isObject },
  Packages: { accepts: isObject },
  Timespan: { accepts: (v) => v instanceof Timespan },
  // A number beyond 2^53 may be another than the one that was meant.
  int: { accepts: (v) => typeof v === 'bigint' || Number.isSafeInteger(v) },
  Exposure: EXPOSURE,
  ExposureF: { inherits: 'Exposure', components: { image: 'ImageF', mask: 'MaskX', variance: 'ImageF' } },
  ExposureI: { inherits: 'Exposure', components: { image: 'ImageI', mask: 'MaskX', variance: 'ImageF' } },
  ExposureU: { inherits: 'Exposure', components: { image: 'ImageU', mask: 'MaskX', variance: 'ImageF' } },
  Image: image,
  ImageF: { inherits: 'Image' },
  ImageI: { inherits: 'Image' },
  ImageU: { inherits: 'Image' },
  Mask: image,
  MaskX: { inherits: 'Mask' },
  MaskedImage: maskedImage,
  MaskedImageF: { inherits: 'MaskedImage' },
  MaskedImageI: { inherits: 'MaskedImage' },
  MaskedImageU: { inherits: 'MaskedImage' },
  Stamps: { parameters: ['bbox'] },
  HealSparseMap: { derived: { coverage: 'HealSparseCoverage' }, parameters: ['pixels', 'degrade_nside'] },
}

/** Every class of a default repository; others must be declared in its butler.yaml. */
const NAMES: ReadonlySet<string> = new Set(
  `
  ApCorr ArrowAstropy ArrowAstropySchema ArrowColumnList ArrowNumpy ArrowNumpyDict ArrowNumpySchema
  ArrowSchema ArrowTable AstropyQTable AstropyTable AstropyUnit Background BackgroundMap Bounds Box2I
  BoxV2 BrighterFatterKernel ButlerLogRecords Camera Catalog CellCoadd CellCoaddProvenance
  CellPointSpreadFunction CoaddInputs ColorImage Config ConvolutionKernel CrosstalkCalib DataFrame
  DataFrameIndex DataFrameSchema DecoratedImage DecoratedImageU Defects Detector DetectorV2
  DifferenceImage Exposure ExposureCatalog ExposureF ExposureI ExposureSummaryStats ExposureU
  ExtendedPsfCandidates ExtendedPsfImage Extent2I FiberSpectrum FilterLabel FocalPlaneBackground
  HealSparseCoverage HealSparseMap Image ImageF ImageField ImageI ImageU ImageV2 IsrCalib Linearizer
  LsstScarletModelData Mask MaskV2 MaskX MaskedImage MaskedImageF MaskedImageI MaskedImageU MaskedImageV2
  MatchingKernel MetricMeasurementBundle MetricValue MultipleCellCoadd NNModelPackagePayload NumpyArray
  ObjectMaskCatalog ObservationInfo ObservationSummaryStats PZModel Packages PeakCatalog PhotoCalib
  PhotonTransferCurveDataset PhotozModel Plot Point2I PointSpreadFunction Polygon PropertyList
  PropertySet ProvenanceQuantumGraph Psf QECurve QPEnsemble RegionTimeInfo SSPAuxiliaryFile
  ScarletModelData SimpleCatalog SkyMap SkyProjection SourceCatalog SpectractorFitParameters
  SpectractorImage SpectractorSpectrum Stamps StampsBase StrayLightData StructuredDataDict
  StructuredDataList TablePersistable TaskMetadata Thumbnail Timespan Transform TransmissionCurve
  VignettingCorrection VisitBackgroundModel VisitGeometry VisitImage VisitInfo Wcs int
`
    .trim()
    .split(/\s+/),
)

/** Throws `butler/storage-class` for a name that a real Butler of this repository would not know. */
export function requireStorageClass(name: string, declared: Iterable<string>): void {
  const more = new Set(declared)
  if (NAMES.has(name) || more.has(name)) return
  const near = closest(name, [...NAMES, ...more])
  throw new StorageClassError(`There is no storage class '${name}'.`, {
    hint:
      near === undefined
        ? "Declare it under storageClasses in the repository's butler.yaml."
        : `Did you mean '${near}'?`,
  })
}

const known = new Map<string, StorageClass>()
const declaredEntries = new Map<string, Entry>()

/** A storage class as a repository's butler.yaml declares it (`storageClasses:`). */
export interface StorageClassDeclaration {
  readonly inheritsFrom?: string
  readonly components?: Readonly<Record<string, string>>
  readonly derivedComponents?: Readonly<Record<string, string>>
  readonly parameters?: readonly string[]
}

/** Make classes of a repository known; those that we have ourselves stay as they are. */
export function declareStorageClasses(classes: Readonly<Record<string, StorageClassDeclaration>>): void {
  for (const [name, { inheritsFrom, components, derivedComponents, parameters }] of Object.entries(classes)) {
    if (NAMES.has(name)) continue
    declaredEntries.set(name, {
      ...(inheritsFrom !== undefined && { inherits: inheritsFrom }),
      ...(components !== undefined && { components }),
      ...(derivedComponents !== undefined && { derived: derivedComponents }),
      ...(parameters !== undefined && { parameters }),
    })
    known.clear()
  }
}

/** The class of this name; names we do not know are classes without parts. */
export function storageClass(name: string): StorageClass {
  let found = known.get(name)
  if (found === undefined) known.set(name, (found = make(name)))
  return found
}

function make(name: string): StorageClass {
  const entry = ENTRIES[name] ?? declaredEntries.get(name) ?? {}
  const parent = entry.inherits === undefined ? undefined : storageClass(entry.inherits)
  return {
    name,
    components: { ...parent?.components, ...entry.components },
    derived: { ...parent?.derived, ...entry.derived },
    parameters: entry.parameters ?? parent?.parameters ?? [],
    family: entry.family ?? parent?.family ?? name,
    accepts: entry.accepts ?? parent?.accepts ?? (() => true),
  }
}

/** Storage class of a part, or undefined when there is no such part. */
export const componentClass = (of: StorageClass, component: string): string | undefined =>
  of.components[component] ?? of.derived[component]

/** A dataset may be read or written as another class when both hold the same kind of value. */
export function requireConvertible(from: string, to: string): void {
  if (from === to || storageClass(from).family === storageClass(to).family) return
  throw new StorageClassError(`A ${from} cannot be converted to a ${to}.`)
}

/** The storage class that `get` of a dataset or a part of it gives, when `wanted` is asked for. */
export function targetClass(
  whole: string,
  component: string | undefined,
  wanted: string | undefined,
): string {
  if (component === undefined) {
    if (wanted !== undefined) requireConvertible(whole, wanted)
    return wanted ?? whole
  }
  const known = storageClass(whole)
  const part = componentClass(known, component)
  if (part === undefined)
    throw new UnknownComponentError(component, whole, Object.keys({ ...known.components, ...known.derived }))
  return wanted ?? part
}

/** Throws `butler/parameter` for a parameter that the class does not take. */
export function checkParameters(
  parameters: Readonly<Record<string, unknown>> | undefined,
  of: { readonly name: string; readonly parameters: readonly string[] },
): void {
  for (const name of Object.keys(parameters ?? {})) {
    if (of.parameters.includes(name)) continue
    const near = closest(name, of.parameters)
    throw new ParameterError(`Parameter '${name}' is not understood by storage class ${of.name}.`, {
      hint:
        near === undefined ? `It takes ${of.parameters.join(', ') || 'none'}.` : `Did you mean '${near}'?`,
    })
  }
}
