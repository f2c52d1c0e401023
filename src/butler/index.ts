/**
 * butler: the data butler of the Rubin stack (lsst-daf-butler), on its own tables and files. Nouns: dimension, data ID,
 * dataset type, dataset ref, collection (RUN, TAGGED, CHAINED, CALIBRATION), datastore, formatter. It knows no instrument, no
 * task and no file format: formatters, files and the SQL driver are given to it by the platform.
 */
export type { DataId, DataIdValue } from './dimensions/data-id.ts'
export { DimensionUniverse } from './dimensions/universe.ts'
export { DimensionGroup } from './dimensions/group.ts'
export type { ColumnType, DimensionElement, FieldSpec } from './dimensions/element.ts'
export { DimensionRecord, recordInput, type RecordValue } from './dimensions/record.ts'
export {
  type Cell,
  RecordBook,
  recordRows,
  type RecordRows,
  type RecordSource,
  rowOf,
} from './dimensions/record-rows.ts'
export { type BandNumbers, packDataId, type PackedDataId, type PackerKind } from './dimensions/packer.ts'
export { LazyRecords } from './dimensions/lazy-records.ts'
export { DataCoordinate, type RecordMap, formatDataId } from './dimensions/data-coordinate.ts'
export { type DatasetType, type DatasetTypeSpec, splitComponent } from './datasets/dataset-type.ts'
export { DatasetRef } from './datasets/dataset-ref.ts'
export {
  type CollectionExpression,
  type CollectionInfo,
  type CollectionType,
  COLLECTION_TYPES,
} from './collections/collection.ts'
export { matchesAny } from './collections/glob.ts'
export type { Delegate, Formatter, FormatterRegistry, ReadOptions } from './datastore/formatter.ts'
export type { FileDataset, FileIntake, TransferMode } from './datastore/file-dataset.ts'
export type {
  AllDatasetsQueryOptions,
  DataIdInput,
  DatasetQueryOptions,
  GetOptions,
  OpenOptions,
  PutOptions,
  QueryOptions,
  SearchOptions,
} from './options.ts'
export type { BindScalar, BindValue, UuidValue } from './expression/bind.ts'
export { Butler, type DatasetKey, type DeferredDataset } from './butler.ts'
export { adoptDatasets, planFiles, type WrittenDataset } from './adopt.ts'
export { QuantumBackedButler } from './quantum-backed.ts'
export {
  flatProvenance,
  isProvenanceKey,
  type Origin,
  type Provenance,
  ProvenanceRecorder,
  type ProvenanceValue,
} from './datasets/provenance.ts'
export { FileStores, type PlacedFile } from './datastore/file-stores.ts'
export { Collections, type CollectionInfoOptions } from './collections/api.ts'
export { type DatasetAssociation, Registry } from './registry/registry.ts'
export type { IdMode } from './datasets/ids.ts'
export type { RecordInput } from './dimensions/codec.ts'
export { Query, QueryResults } from './query/query.ts'
export type { WhereInput } from './query/where.ts'
export {
  type ColumnQuery,
  type DataIdColumns,
  type ElementRegions,
  queryDataIdColumns,
} from './query/data-id-columns.ts'
export { type DatasetColumns, queryDatasetColumns } from './query/dataset-columns.ts'
export { ElementTable, queryElementTable, regionTable } from './query/element-table.ts'
export { KeyIndex } from './query/key-index.ts'
export { DimensionCodes, sortedRows, ValueCodes } from './query/value-codes.ts'
export type { PruneOptions } from './prune.ts'
export { storageClass, type StorageClass } from './storage/storage-class.ts'
export { createRepository, type CreateOptions } from './repository/create.ts'
export type { ButlerEnvironment } from './repository/environment.ts'
export { parseExpression } from './expression/parser.ts'
export { printExpression } from './expression/print.ts'
export * from './errors.ts'
export { PLACE, requireKind, requireOptions } from './kinds.ts'
export type { DatasetExistence } from './datastore/existence.ts'
export { butlerTables, firstSentence, recordTables, tableTypes } from './tables/butler-tables.ts'
export { recordColumns } from './tables/record-catalog.ts'
export { type ConfigTree, isTree } from './repository/config-value.ts'
export { configTree } from './repository/config-tree.ts'
export { exportRepository, EXPORT_FILE, type ExportRequest } from './transfer/export.ts'
export { importRepository, type ImportOptions } from './transfer/import.ts'
export { retrieveArtifacts, type RetrieveOptions } from './transfer/retrieve.ts'
export { retrieveZip } from './archive/retrieve-zip.ts'
export { ingestZip, type IngestZipOptions, type IngestZipReport } from './archive/ingest-zip.ts'
export { readZipDirectory } from './datastore/zip-reader.ts'
export { transferFrom, type TransferOptions, type TransferReport } from './transfer/transfer.ts'
export { type CheckOptions, checkRepository } from './check/check.ts'
export { type BrokenRecord, type CheckReport, mendable, unmendable } from './check/report.ts'
export { PYYAML_REFUSED, PYYAML_SCALARS } from './transfer/yaml-scalars.ts'
export { isAddress, nameOfPlace, placeBelow, placeOfUri, uriOf } from './datastore/uri.ts'
