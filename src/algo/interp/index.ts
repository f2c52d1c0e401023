export { interpolateMasked, type InterpolateOptions } from './interpolate-masked.ts'
