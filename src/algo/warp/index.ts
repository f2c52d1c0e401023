/** algo/warp: an image on the pixels of another WCS. */
export { DEFAULT_WARP, overlap, warpImage, type WarpOptions, type WarpResult } from './warp-image.ts'
