import type { FitsFile, Header } from '#fits'
import type { Exposure, Observatory } from '#image'
import type { Camera } from './camera.ts'
import type { ObservationInfo } from './observation-info.ts'

/** A filter in the beam: its registry name, the band it stands for and the other names headers use for it. */
export interface PhysicalFilter {
  readonly name: string
  readonly band: string
  readonly aliases: readonly string[]
  /** Effective wavelength, nm; 0 for none. */
  readonly lambdaEffNm: number
}

/** Everything the middleware must know about one camera (`lsst.obs.base.Instrument`). */
export interface Instrument {
  /** Value of the `instrument` dimension. */
  readonly name: string
  /** The anchor's Python class, written in the registry so that the stack recognises the instrument. */
  readonly className: string
  readonly camera: Camera
  readonly filters: readonly PhysicalFilter[]
  readonly observatory?: Observatory
  /** Default visit system of define-visits: 0 one-to-one, 1 by-group-metadata, 2 by-seq-start-end. */
  readonly visitSystem: number
  readonly visitMax: number
  readonly exposureMax: number
  readonly detectorMax: number
  /** Name in datastore records of the formatter that reads its raws. */
  readonly rawFormatter: string
  /** Does a primary header look like this camera's? Never throws. */
  accepts(header: Header): boolean
  /** @throws HeaderTranslationError naming the card; `where` (a file name) opens the message. */
  translateHeader(header: Header, where?: string): ObservationInfo
  /**
   * The raw as read out: ADU of the whole chip with pre- and overscan in the orientation of the amplifiers' raw boxes, mask 0,
   * variance 0, with detector, visit info, filter, header, and a first WCS from boresight and camera in the frame of the
   * *assembled* chip.
   */
  readRaw(file: FitsFile, where?: string): Promise<Exposure>
}

/** Collection names of obs_base. */
export const rawRun = (instrument: string): string => `${instrument}/raw/all`
/** @param labels words between `calib` and what follows, to tell sets of calibrations apart */
export const calibCollection = (instrument: string, labels: readonly string[] = []): string =>
  [instrument, 'calib', ...labels].join('/')
export const unboundedRun = (instrument: string, labels: readonly string[] = []): string =>
  `${calibCollection(instrument, labels)}/unbounded`
/** @param date ISO time, `2013-01-31T00:00:00` */
export const curatedRun = (instrument: string, date: string, labels: readonly string[] = []): string =>
  `${calibCollection(instrument, labels)}/curated/${date}`
export const defaultsCollection = (instrument: string): string => `${instrument}/defaults`
export const REFCATS = 'refcats'
export const SKYMAPS = 'skymaps'
