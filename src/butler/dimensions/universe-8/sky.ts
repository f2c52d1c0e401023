import type { DimensionConfig } from '../universe-config.ts'

/** Sky maps with their tracts and patches. */
export const sky: DimensionConfig['elements'] = {
  skymap: {
    doc: 'A set of tracts and patches that subdivide the sky into rectangular regions with simple projections and intentional overlaps.\n',
    keys: [
      {
        name: 'name',
        type: 'string',
        length: 64,
      },
      {
        name: 'hash',
        type: 'hash',
        nbytes: 40,
        doc: "A hash of the skymap's parameters.\n",
      },
    ],
    metadata: [
      {
        name: 'tract_max',
        type: 'int',
        doc: 'Maximum ID for tracts in this skymap, exclusive.\n',
      },
      {
        name: 'patch_nx_max',
        type: 'int',
        doc: 'Number of patches in the x direction in each tract.\n',
      },
      {
        name: 'patch_ny_max',
        type: 'int',
        doc: 'Number of patches in the y direction in each tract.\n',
      },
    ],
    governor: true,
    storage: {
      cls: 'lsst.daf.butler.registry.dimensions.governor.BasicGovernorDimensionRecordStorage',
    },
  },
  tract: {
    doc: 'A large rectangular region mapped to the sky with a single map projection, associated with a particular skymap.\n',
    keys: [
      {
        name: 'id',
        type: 'int',
      },
    ],
    requires: ['skymap'],
    storage: {
      cls: 'lsst.daf.butler.registry.dimensions.table.TableDimensionRecordStorage',
    },
  },
  patch: {
    doc: 'A rectangular region within a tract.\n',
    keys: [
      {
        name: 'id',
        type: 'int',
      },
    ],
    requires: ['skymap', 'tract'],
    metadata: [
      {
        name: 'cell_x',
        type: 'int',
        nullable: false,
        doc: "Which column this patch occupies in the tract's grid of patches.\n",
      },
      {
        name: 'cell_y',
        type: 'int',
        nullable: false,
        doc: "Which row this patch occupies in the tract's grid of patches.\n",
      },
    ],
    storage: {
      cls: 'lsst.daf.butler.registry.dimensions.table.TableDimensionRecordStorage',
    },
  },
}
