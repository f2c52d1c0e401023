import type { DimensionConfig } from '../universe-config.ts'

/** What a night consists of: days, groups, visits and exposures. */
export const observations: DimensionConfig['elements'] = {
  group: {
    doc: 'A group of observations defined at the time they were observed by the acquisition system.\n',
    keys: [
      {
        name: 'name',
        type: 'string',
        length: 64,
      },
    ],
    requires: ['instrument'],
    storage: {
      cls: 'lsst.daf.butler.registry.dimensions.table.TableDimensionRecordStorage',
    },
  },
  day_obs: {
    doc: 'A day and night of observations that rolls over during daylight hours. The identifier is an decimal integer-concatenated date, i.e. YYYYMMDD, with the exact rollover time observatory-dependent.\n',
    keys: [
      {
        name: 'id',
        type: 'int',
      },
    ],
    requires: ['instrument'],
    storage: {
      cls: 'lsst.daf.butler.registry.dimensions.table.TableDimensionRecordStorage',
    },
  },
  visit: {
    doc: 'A sequence of observations processed together, comprised of one or more exposures from the same instrument with the same pointing and physical_filter. The visit table contains metadata that is both meaningful only for science exposures and the same for all exposures in a visit.\n',
    keys: [
      {
        name: 'id',
        type: 'int',
      },
      {
        name: 'name',
        type: 'string',
        length: 64,
      },
    ],
    requires: ['instrument'],
    implies: ['physical_filter', 'day_obs'],
    metadata: [
      {
        name: 'seq_num',
        type: 'int',
        doc: 'The sequence number of the first exposure that is part of this visit.\n',
      },
      {
        name: 'exposure_time',
        type: 'float',
        doc: 'The total exposure time of the visit in seconds.  This should be equal to the sum of the exposure_time values for all constituent exposures (i.e. it should not include time between exposures).\n',
      },
      {
        name: 'target_name',
        type: 'string',
        length: 64,
        doc: 'Object of interest for this visit or survey field name.',
      },
      {
        name: 'observation_reason',
        type: 'string',
        length: 68,
        doc: 'The reason this visit was taken. (e.g. science, filter scan, unknown, various).\n',
      },
      {
        name: 'science_program',
        type: 'string',
        length: 64,
        doc: 'Observing program (survey or proposal) identifier.',
      },
      {
        name: 'azimuth',
        type: 'float',
        doc: 'Approximate azimuth of the telescope in degrees during the visit. Can only be approximate since it is continually changing during an observation and multiple exposures can be combined from a relatively long period.\n',
      },
      {
        name: 'zenith_angle',
        type: 'float',
        doc: 'Approximate zenith angle in degrees during the visit. Can only be approximate since it is continuously changing during an observation and multiple exposures can be combined from a relatively long period.\n',
      },
    ],
    storage: {
      cls: 'lsst.daf.butler.registry.dimensions.table.TableDimensionRecordStorage',
    },
  },
  exposure: {
    doc: "An observation associated with a particular instrument.  All direct observations are identified with an exposure, but derived datasets that may be based on more than one exposure (e.g. multiple snaps) are typically identified with visits instead, even for instruments that don't have multiple exposures per visit.  As a result, instruments that don't have multiple exposures per visit will typically have visit entries that are essentially duplicates of their exposure entries.\nThe exposure table contains metadata entries that are relevant for calibration exposures, and does not duplicate entries in visit that would be the same for all exposures within a visit with the exception of the exposure.group entry.\n",
    keys: [
      {
        name: 'id',
        type: 'int',
      },
      {
        name: 'obs_id',
        type: 'string',
        length: 64,
      },
    ],
    requires: ['instrument'],
    implies: ['physical_filter', 'group', 'day_obs'],
    metadata: [
      {
        name: 'exposure_time',
        type: 'float',
        doc: 'Duration of the exposure with shutter open (seconds).',
      },
      {
        name: 'dark_time',
        type: 'float',
        doc: 'Duration of the exposure with shutter closed (seconds).',
      },
      {
        name: 'observation_type',
        type: 'string',
        length: 16,
        doc: 'The observation type of this exposure (e.g. dark, bias, science).',
      },
      {
        name: 'observation_reason',
        type: 'string',
        length: 68,
        doc: 'The reason this observation was taken. (e.g. science, filter scan, unknown).\n',
      },
      {
        name: 'seq_num',
        type: 'int',
        doc: 'Counter for the observation within a larger sequence. Context of the sequence number is observatory specific. Can be a global counter or counter within day_obs.\n',
      },
      {
        name: 'seq_start',
        type: 'int',
        doc: 'Earliest sequence number that might be related to this exposure.\n',
      },
      {
        name: 'seq_end',
        type: 'int',
        doc: 'Oldest sequence number that might be related to this exposure.\n',
      },
      {
        name: 'target_name',
        type: 'string',
        length: 64,
        doc: 'Object of interest for this observation or survey field name.',
      },
      {
        name: 'science_program',
        type: 'string',
        length: 64,
        doc: 'Observing program (survey, proposal, engineering project) identifier.\n',
      },
      {
        name: 'tracking_ra',
        type: 'float',
        doc: 'Tracking ICRS Right Ascension of boresight in degrees. Can be NULL for observations that are not on sky.\n',
      },
      {
        name: 'tracking_dec',
        type: 'float',
        doc: 'Tracking ICRS Declination of boresight in degrees. Can be NULL for observations that are not on sky.\n',
      },
      {
        name: 'sky_angle',
        type: 'float',
        doc: 'Angle of the instrument focal plane on the sky in degrees. Can be NULL for observations that are not on sky, or for observations where the sky angle changes during the observation.\n',
      },
      {
        name: 'azimuth',
        type: 'float',
        doc: 'Azimuth of the telescope at the start of the exposure in degrees. Can be NULL for observations that are not on sky, or for observations where the azimuth is not relevant.\n',
      },
      {
        name: 'zenith_angle',
        type: 'float',
        doc: 'Angle in degrees from the zenith at the start of the exposure.\n',
      },
      {
        name: 'has_simulated',
        type: 'bool',
        doc: 'True if this exposure has some content that was simulated. This can be if the data itself were simulated or if parts of the header came from simulated systems, such as observations in the lab that are recorded as on-sky.\n',
      },
      {
        name: 'can_see_sky',
        type: 'bool',
        doc: 'True if the detector could see the sky during this exposure. This can be used to definitively determine whether an observation was on sky, taking into account dome state as well as camera shutter.\n',
      },
    ],
    storage: {
      cls: 'lsst.daf.butler.registry.dimensions.table.TableDimensionRecordStorage',
    },
  },
}
