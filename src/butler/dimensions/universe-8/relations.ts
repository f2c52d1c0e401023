import type { DimensionConfig } from '../universe-config.ts'

/** Visits by exposure, by system and on each detector. */
export const relations: DimensionConfig['elements'] = {
  visit_detector_region: {
    doc: 'A many-to-many join table that provides region information for visit-detector combinations.\n',
    requires: ['visit', 'detector'],
    populated_by: 'visit',
    storage: {
      cls: 'lsst.daf.butler.registry.dimensions.table.TableDimensionRecordStorage',
    },
  },
  visit_system: {
    doc: 'A system of self-consistent visit definitions, within which each exposure should appear at most once.\nA visit may belong to multiple visit systems, if the logical definitions for those systems happen to result in the same set of exposures - the main (and probably only) example is when a single-snap visit is observed, for which both the "one-to-one" visit system and a "group by header metadata" visit system will define the same single-exposure visit.\n',
    keys: [
      {
        name: 'id',
        type: 'int',
      },
      {
        name: 'name',
        type: 'string',
        length: 32,
      },
    ],
    requires: ['instrument'],
    storage: {
      cls: 'lsst.daf.butler.registry.dimensions.caching.CachingDimensionRecordStorage',
      nested: {
        cls: 'lsst.daf.butler.registry.dimensions.table.TableDimensionRecordStorage',
      },
    },
  },
  visit_definition: {
    doc: 'A many-to-many join table that relates exposures to the visits they belong to.\n',
    requires: ['exposure', 'visit'],
    populated_by: 'visit',
    always_join: true,
    storage: {
      cls: 'lsst.daf.butler.registry.dimensions.table.TableDimensionRecordStorage',
    },
  },
  visit_system_membership: {
    doc: 'A many-to-many join table that relates visits to the visit_systems they belong to.\n',
    requires: ['visit', 'visit_system'],
    populated_by: 'visit',
    always_join: true,
    storage: {
      cls: 'lsst.daf.butler.registry.dimensions.table.TableDimensionRecordStorage',
    },
  },
}
