import type { MaskPlaneDisplay } from '#protocol'
import { type ColourMap, parseColour, type Rgb } from './colour-maps.ts'
import type { LimitMode } from './limits.ts'
import type { Look } from './paint.ts'
import type { Stretch } from './stretch.ts'

/** What a person can set in a view; the view itself (position, zoom) is kept apart. */
export interface Settings {
  readonly plane: 'image' | 'variance'
  readonly mode: LimitMode
  readonly low: number
  readonly high: number
  readonly stretch: Stretch
  readonly map: ColourMap
  readonly inverted: boolean
  readonly bias: number
  readonly contrast: number
  readonly maskShown: boolean
  /** Names of planes that are switched off. */
  readonly hidden: ReadonlySet<string>
  readonly maskOpacity: number
}

/** asinh over zscale limits: the usual first look in the Rubin stack. */
export const firstSettings = (low: number, high: number): Settings => ({
  plane: 'image',
  mode: 'zscale',
  low,
  high,
  stretch: 'asinh',
  map: 'gray',
  inverted: false,
  bias: 0.5,
  contrast: 1,
  maskShown: true,
  hidden: new Set(),
  maskOpacity: 0.3,
})

export function lookOf(settings: Settings, planes: readonly MaskPlaneDisplay[]): Look {
  const { low, high, stretch, bias, contrast, map, inverted, maskShown, hidden, maskOpacity } = settings
  const shown = maskShown ? planes.filter(({ name }) => !hidden.has(name)) : []
  return {
    transfer: { low, high, stretch, bias, contrast },
    map,
    inverted,
    shownPlanes: shown.reduce((bits, { bit }) => bits | (1 << bit), 0),
    planeColours: new Map<number, Rgb>(planes.map(({ bit, color }) => [bit, parseColour(color)])),
    maskOpacity,
  }
}
