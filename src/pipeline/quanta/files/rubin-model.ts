import type { RecordRows } from '#butler'

/** A dataset of a quantum in the Rubin middleware's graph files. */
export interface RubinDataset {
  readonly dataset_id: string
  readonly dataset_type_name: string
  /** Required, then implied values. */
  readonly data_coordinate: readonly (string | number | bigint)[]
  readonly run: string
}

/** Files of datasets, by datastore. */
export type RubinRecords = Readonly<
  Record<
    string,
    {
      readonly dataset_ids: readonly string[]
      readonly records: Readonly<Record<string, Readonly<Record<string, RubinFileRecords>>>>
    }
  >
>
export interface RubinFileRecords {
  readonly file_datastore_records: readonly {
    readonly formatter: string
    readonly path: string
    readonly storage_class: string
    readonly component: string
    readonly checksum: string | null
    readonly file_size: number
  }[]
}

export interface RubinQuantum {
  readonly quantum_id: string
  readonly task_label: string
  readonly data_coordinate: readonly (string | number | bigint)[]
  readonly inputs: Readonly<Record<string, readonly RubinDataset[]>>
  readonly outputs: Readonly<Record<string, readonly RubinDataset[]>>
  readonly datastore_records: RubinRecords
}

export interface RubinHeader {
  readonly version: number
  readonly graph_type: string
  readonly inputs: readonly string[]
  readonly output: string | null
  readonly output_run: string
  readonly user: string
  readonly timestamp: string
  readonly command: string
  readonly metadata: Readonly<Record<string, unknown>>
  readonly int_size: number
  readonly n_quanta: number
  readonly n_datasets: number
  readonly n_task_quanta: Readonly<Record<string, number>>
  readonly provenance_dataset_id: string
}

export interface RubinEdge {
  readonly dataset_type_name: string
  readonly storage_class: string
  readonly raw_dimensions: readonly string[]
  readonly is_calibration: boolean
  readonly defer_query_constraint: boolean
}

export interface RubinTask {
  readonly task_class: string
  readonly init: {
    readonly inputs: Readonly<Record<string, RubinEdge>>
    readonly outputs: Readonly<Record<string, RubinEdge>>
    readonly config_output: RubinEdge
    readonly index: number | null
  }
  readonly config_str: string
  readonly prerequisite_inputs: Readonly<Record<string, RubinEdge>>
  readonly inputs: Readonly<Record<string, RubinEdge>>
  readonly outputs: Readonly<Record<string, RubinEdge>>
  readonly metadata_output: RubinEdge
  readonly dimensions: readonly string[]
  readonly log_output: RubinEdge | null
  readonly index: number | null
}

export interface RubinPipeline {
  readonly version: string
  readonly description: string
  readonly tasks: Readonly<Record<string, RubinTask>>
  readonly dataset_types: Readonly<
    Record<
      string,
      {
        readonly dimensions: readonly string[] | null
        readonly storage_class: string | null
        readonly is_calibration: boolean
        readonly is_initial_query_constraint: boolean
        readonly is_prerequisite: boolean
        readonly index: number | null
      }
    >
  >
  readonly task_subsets: Readonly<Record<string, unknown>>
  readonly dimensions: unknown
  readonly data_id: Readonly<Record<string, unknown>>
  readonly step_labels: readonly string[]
  readonly steps_verified: boolean
}

export type RubinDimensionData = RecordRows

/** Connections that every quantum has besides its task's. */
export const METADATA = '_metadata'
export const LOG = '_log'
export const CONFIG = '_config'
export const FILE_INFO = 'lsst.daf.butler.datastore.stored_file_info.StoredFileInfo'
export const WHOLE_DATASET = '__NULL_STRING__'
