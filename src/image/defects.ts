import type { Box2I } from '#geom'

/** Bad places of a detector, assembled pixels. @see lsst.ip.isr.Defects */
export interface Defects {
  readonly boxes: readonly Box2I[]
}
