import type { DimensionConfig } from '../universe-config.ts'

/** Solar-system processing. */
export const ssp: DimensionConfig['elements'] = {
  ssp_hypothesis_table: {
    doc: "A partitioned set of hypothesized r, r', r'' over which the solar system pipelines (SSP) search in parallel for new solar system objects.\n",
    keys: [
      {
        name: 'name',
        type: 'string',
        length: 64,
      },
    ],
    storage: {
      cls: 'lsst.daf.butler.registry.dimensions.table.TableDimensionRecordStorage',
    },
  },
  ssp_hypothesis_bundle: {
    doc: "A subset of hypothesized r, r', r'' over which a single quanta of HelioLinC searches for new SSOs.\n",
    keys: [
      {
        name: 'id',
        type: 'int',
      },
    ],
    requires: ['ssp_hypothesis_table'],
    storage: {
      cls: 'lsst.daf.butler.registry.dimensions.table.TableDimensionRecordStorage',
    },
  },
  ssp_balanced_index: {
    doc: 'Dummy index for parallelization of linkPurify and other tasks.\n',
    keys: [
      {
        name: 'id',
        type: 'int',
      },
    ],
    requires: ['ssp_hypothesis_table'],
    storage: {
      cls: 'lsst.daf.butler.registry.dimensions.table.TableDimensionRecordStorage',
    },
  },
}
