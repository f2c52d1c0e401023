import type { DimensionConfig } from '../universe-config.ts'

/** The instrument and its parts: filters and detectors. */
export const camera: DimensionConfig['elements'] = {
  instrument: {
    doc: 'An entity that produces observations.  An instrument defines a set of physical_filters and detectors and a numbering system for the exposures and visits that represent observations with it.\n',
    keys: [
      {
        name: 'name',
        type: 'string',
        length: 32,
      },
    ],
    metadata: [
      {
        name: 'visit_max',
        type: 'int',
        doc: "Maximum value for the 'visit' field for visits associated with this instrument (exclusive).\n",
      },
      {
        name: 'visit_system',
        type: 'int',
        doc: 'The preferred visit system for this instrument.\n',
      },
      {
        name: 'exposure_max',
        type: 'int',
        doc: "Maximum value for the 'exposure' field for exposures associated with this instrument (exclusive).\n",
      },
      {
        name: 'detector_max',
        type: 'int',
        doc: "Maximum value for the 'detector' field for detectors associated with this instrument (exclusive).\n",
      },
      {
        name: 'class_name',
        type: 'string',
        length: 64,
        doc: 'Full class name of the Instrument class associated with this instrument.\n',
      },
    ],
    governor: true,
    storage: {
      cls: 'lsst.daf.butler.registry.dimensions.governor.BasicGovernorDimensionRecordStorage',
    },
  },
  band: {
    doc: 'A filter that is not associated with a particular instrument.  An abstract filter can be used to relate similar physical filters, and is typically the filter associated with coadds.\n',
    keys: [
      {
        name: 'name',
        type: 'string',
        length: 32,
      },
    ],
    storage: {
      cls: 'lsst.daf.butler.registry.dimensions.caching.CachingDimensionRecordStorage',
      nested: {
        cls: 'lsst.daf.butler.registry.dimensions.query.QueryDimensionRecordStorage',
        view_of: 'physical_filter',
      },
    },
  },
  physical_filter: {
    doc: 'A filter associated with a particular instrument.  physical_filters are used to identify datasets that can only be associated with a single observation.\n',
    keys: [
      {
        name: 'name',
        type: 'string',
        length: 32,
      },
    ],
    requires: ['instrument'],
    implies: ['band'],
    storage: {
      cls: 'lsst.daf.butler.registry.dimensions.caching.CachingDimensionRecordStorage',
      nested: {
        cls: 'lsst.daf.butler.registry.dimensions.table.TableDimensionRecordStorage',
      },
    },
  },
  subfilter: {
    doc: 'A mathematical division of an band. Subfilters are used to model wavelength-dependent effects such as differential chromatic refraction.\n',
    keys: [
      {
        name: 'id',
        type: 'int',
      },
    ],
    requires: ['band'],
    storage: {
      cls: 'lsst.daf.butler.registry.dimensions.caching.CachingDimensionRecordStorage',
      nested: {
        cls: 'lsst.daf.butler.registry.dimensions.table.TableDimensionRecordStorage',
      },
    },
  },
  detector: {
    doc: 'A detector associated with a particular instrument (not an observation of that detector; that requires specifying an exposure or visit as well).\n',
    keys: [
      {
        name: 'id',
        type: 'int',
      },
      {
        name: 'full_name',
        type: 'string',
        length: 32,
      },
    ],
    requires: ['instrument'],
    metadata: [
      {
        name: 'name_in_raft',
        type: 'string',
        length: 32,
      },
      {
        name: 'raft',
        type: 'string',
        length: 32,
        doc: 'A string name for a group of detectors with an instrument-dependent interpretation.\n',
      },
      {
        name: 'purpose',
        type: 'string',
        length: 32,
        doc: 'Role of the detector; typically one of "SCIENCE", "WAVEFRONT", or "GUIDE", though instruments may define additional values.\n',
      },
    ],
    storage: {
      cls: 'lsst.daf.butler.registry.dimensions.caching.CachingDimensionRecordStorage',
      nested: {
        cls: 'lsst.daf.butler.registry.dimensions.table.TableDimensionRecordStorage',
      },
    },
  },
}
