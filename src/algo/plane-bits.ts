import type { Mask } from '#image'

/** The or of those planes that the mask knows. */
export const planeBits = (mask: Mask, names: readonly string[]): number =>
  mask.planes.mask(...names.filter((name) => mask.planes.has(name)))
