import type { Box2I } from '#geom'

/** Bad parts of a chip as boxes in pixels of the assembled chip. @see lsst.ip.isr.Defects */
export interface Defects {
  readonly boxes: readonly Box2I[]
}
