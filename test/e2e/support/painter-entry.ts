/** What the pixel test needs in the page. */
export { makeGlPainter } from '../../../workbench/app/exposure/gl-painter.ts'
export { type Look, paintPixels } from '../../../workbench/app/exposure/paint.ts'
export { Pyramid } from '../../../workbench/app/exposure/pyramid.ts'
export type { View } from '../../../workbench/app/exposure/view.ts'
