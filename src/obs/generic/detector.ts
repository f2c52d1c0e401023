import { Box2I } from '#geom'
import { type Amplifier, centeredOrientation, type Detector } from '#image'
import type { OutputSections } from './sections.ts'

export interface OutputProperties {
  /** e⁻/ADU. */
  readonly gain: number
  /** e⁻. */
  readonly readNoise: number
  /** ADU, NaN for none. */
  readonly saturation: number
}

/** A chip made of outputs side by side: their light-sensitive parts joined, nothing flipped. */
export function detectorOfOutputs(
  name: string,
  outputs: readonly OutputSections[],
  properties: readonly OutputProperties[],
): Detector {
  let x = 0
  const amplifiers = outputs.map((sections, i): Amplifier => {
    const bbox = new Box2I(x, 0, sections.light.width, sections.light.height)
    x += bbox.width
    return amplifier(String(i), bbox, sections, properties[i]!)
  })
  const bbox = new Box2I(0, 0, x, Math.max(...amplifiers.map((a) => a.bbox.height)))
  return {
    id: 0,
    name,
    serial: name,
    type: 'science',
    physicalType: '',
    bbox,
    pixelSize: { x: 0.015, y: 0.015 },
    orientation: centeredOrientation(bbox),
    amplifiers,
  }
}

const amplifier = (
  name: string,
  bbox: Box2I,
  { all, light, overscan }: OutputSections,
  { gain, readNoise, saturation }: OutputProperties,
): Amplifier => ({
  name,
  bbox,
  rawBBox: all,
  rawDataBBox: light,
  // Rows of the overscan that go with the light rows; what lies above or below is not read with them.
  rawSerialOverscanBBox: overscan.intersect(new Box2I(overscan.x0, light.y0, overscan.width, light.height)),
  rawParallelOverscanBBox: Box2I.empty,
  rawPrescanBBox: Box2I.empty,
  rawFlipX: false,
  rawFlipY: false,
  rawXYOffset: { x: 0, y: 0 },
  readoutCorner: 'LL',
  gain,
  readNoise,
  saturation,
  suspectLevel: Number.NaN,
  linearityType: 'None',
  linearityCoeffs: [0, 0, 0, 0],
})
