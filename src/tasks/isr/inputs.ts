import type { Defects, Exposure, NdArray } from '#image'

/** What a frame is reduced with. Each is wanted only when the config's step of that name is on. */
export interface IsrInputs {
  /** The chip as read out, ADU, with the detector that describes its amplifiers. */
  readonly ccdExposure: Exposure
  readonly bias?: Exposure
  readonly dark?: Exposure
  readonly flat?: Exposure
  readonly defects?: Defects
  /** Per electron, odd sides. */
  readonly bfKernel?: NdArray
}
