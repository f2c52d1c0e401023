export type PlaneName = 'image' | 'mask' | 'variance'

export interface MaskPlaneDisplay {
  readonly name: string
  /** Bit number in the mask pixels. */
  readonly bit: number
  /** CSS colour, by the Rubin display convention (DETECTED blue, SAT green, CR magenta …). */
  readonly color: string
  /** Pixels that carry it. */
  readonly count: number
}

/** A TAN (+SIP) solution a view can evaluate in double precision; angles in degrees, 0-based pixels of the whole image. */
export interface LinearWcs {
  readonly crpix: readonly [number, number]
  readonly crval: readonly [number, number]
  /** Row-major 2×2 CD matrix, degrees per pixel. */
  readonly cd: readonly [number, number, number, number]
  /** SIP A and B as `[power of u, power of v, coefficient]`, empty for a plain TAN. */
  readonly sipA: readonly (readonly [number, number, number])[]
  readonly sipB: readonly (readonly [number, number, number])[]
}

/** What the exposure output cell holds. Pixels come through the data comm by `objectId`; `preview` stands in without a kernel. */
export interface ExposureDisplay {
  readonly objectId: string
  readonly title: string
  readonly width: number
  readonly height: number
  readonly x0: number
  readonly y0: number
  /** Unit of the image plane, e.g. `adu`, `nJy`. */
  readonly unit: string
  readonly planes: readonly PlaneName[]
  readonly mask: readonly MaskPlaneDisplay[]
  readonly wcs?: LinearWcs
  /** Display limits by zscale and by percentile, in image units. */
  readonly limits: { readonly zscale: readonly [number, number]; readonly p995: readonly [number, number] }
  /** `[label, value]` lines for the side panel: visit, detector, filter, exposure time … */
  readonly facts: readonly (readonly [string, string])[]
  /** Base64 PNG, at most 512 px on a side. */
  readonly preview: string
}
