import type { RecordFact } from '#protocol'
import type { SkyWcs } from '#wcs'
import type { DisplayData } from '../protocol/threads.ts'
import { plainText } from './plain-text.ts'
import { recordData } from './record.ts'
import { positionText } from './sky-text.ts'

/** A WCS in words: where it points, its scale and orientation there, how far it departs from linear. */
export function showWcs(value: unknown): Promise<DisplayData> | undefined {
  return isWcs(value)
    ? Promise.resolve(recordData({ title: `${value.kind} WCS`, facts: factsOf(value) }))
    : undefined
}

function factsOf(wcs: SkyWcs): readonly RecordFact[] {
  const { x, y } = wcs.pixelOrigin
  const [cd11, cd12, cd21, cd22] = wcs.cdMatrixAt(x, y)
  const determinant = cd11 * cd22 - cd12 * cd21
  const north = (Math.atan2(cd12, cd22) * 180) / Math.PI
  const largest = Math.max(...[cd11, cd12, cd21, cd22].map(Math.abs))
  const term = (value: number) => (Math.abs(value) < 1e-9 * largest ? '0' : value.toExponential(6))
  const notes = wcs.notes.map((note): RecordFact => ({ label: 'note', value: note }))
  const cards = wcs.toFitsCards().filter(({ key }) => /^[AB]_ORDER$/.test(key))
  return [
    { label: 'reference', value: positionText(wcs.skyOrigin) },
    { label: 'at pixel', value: `(${x.toFixed(2)}, ${y.toFixed(2)})`, doc: '0-based, PARENT' },
    { label: 'pixel scale', value: `${wcs.pixelScaleAt(x, y).arcseconds.toFixed(4)}″ there` },
    {
      label: 'orientation',
      value: `y axis ${north.toFixed(3)}° east of north, east ${determinant < 0 ? 'left' : 'right'} of north`,
    },
    ...(cards.length === 0
      ? []
      : [{ label: 'distortion', value: `SIP, order ${plainText(cards[0]?.value)}` }]),
    {
      label: 'CD matrix',
      value: `[${[cd11, cd12, cd21, cd22].map(term).join(', ')}] °/px`,
    },
    ...notes,
  ]
}

const isWcs = (value: unknown): value is SkyWcs =>
  typeof (value as SkyWcs).pixelToSky === 'function' && typeof (value as SkyWcs).toFitsCards === 'function'
