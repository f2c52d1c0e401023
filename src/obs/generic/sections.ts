import { FirstlightError } from '#core'
import type { Header } from '#fits'
import { Box2I } from '#geom'

/** Where one amplifier's pixels lie in the file, 0-based. */
export interface AmplifierSections {
  /** Suffix of its cards (`A` of GAINA), empty for a frame with one. */
  readonly suffix: string
  readonly raw: Box2I
  readonly data: Box2I
  /** Empty where there is none. */
  readonly overscan: Box2I
}

const EMPTY = new Box2I(0, 0, 0, 0)

/**
 * Amplifiers by the section cards (IRAF's convention): DATASECA, BIASSECA … for each suffix; else one set of cards, which,
 * where it describes a width that divides the frame's, is repeated side by side; else the whole frame.
 * @throws FirstlightError 'obs/bad-section' naming file and card
 */
export function amplifierSections(
  header: Header,
  width: number,
  height: number,
  where: string,
): readonly AmplifierSections[] {
  const frame = new Box2I(0, 0, width, height)
  const suffixes = ['A', 'B', 'C', 'D'].filter((s) => header.has(`DATASEC${s}`) || header.has(`TRIMSEC${s}`))
  if (suffixes.length > 0) return suffixes.map((suffix) => lettered(header, suffix, frame, where))
  const trim = section(header, 'TRIMSEC', where) ?? section(header, 'DATASEC', where)
  const bias = section(header, 'BIASSEC', where)
  if (trim === undefined) return [{ suffix: '', raw: frame, data: frame, overscan: EMPTY }]
  const extent = section(header, 'DATASEC', where)
  const count = header.has('TRIMSEC') && extent !== undefined ? repeats(width, extent.x1 + 1) : 1
  const step = width / count
  return Array.from({ length: count }, (_, k) => {
    const data = moved(trim, k * step).intersect(frame)
    if (data.area === 0) throw outside(where, header.has('TRIMSEC') ? 'TRIMSEC' : 'DATASEC', trim, frame)
    const overscan = bias === undefined ? EMPTY : rowsOf(moved(bias, k * step).intersect(frame), data)
    return { suffix: '', raw: new Box2I(k * step, 0, step, height), data, overscan }
  })
}

function lettered(header: Header, suffix: string, frame: Box2I, where: string): AmplifierSections {
  const key = header.has(`TRIMSEC${suffix}`) ? `TRIMSEC${suffix}` : `DATASEC${suffix}`
  const wanted = section(header, key, where)
  const data = wanted?.intersect(frame)
  if (wanted === undefined || data === undefined || data.area === 0)
    throw outside(where, key, wanted ?? EMPTY, frame)
  const bias = section(header, `BIASSEC${suffix}`, where)?.intersect(frame)
  return { suffix, raw: data, data, overscan: bias === undefined ? EMPTY : rowsOf(bias, data) }
}

/** Two or more equal amplifiers side by side, when their width says so. */
const repeats = (width: number, amplifier: number): number =>
  amplifier > 0 && amplifier < width && width % amplifier === 0 ? width / amplifier : 1

const moved = (box: Box2I, dx: number): Box2I => new Box2I(box.x0 + dx, box.y0, box.width, box.height)

/** The overscan's columns beside the data's rows; a strip above or below the data is not a serial overscan. */
function rowsOf(overscan: Box2I, data: Box2I): Box2I {
  const y0 = Math.max(overscan.y0, data.y0)
  const y1 = Math.min(overscan.y1, data.y1)
  const beside = overscan.x1 < data.x0 || overscan.x0 > data.x1
  return beside && y1 >= y0 ? new Box2I(overscan.x0, y0, overscan.width, y1 - y0 + 1) : EMPTY
}

/** `[x0:x1,y0:y1]`, 1-based and inclusive; a reversed range means the same pixels. */
function section(header: Header, key: string, where: string): Box2I | undefined {
  const text = header.get(key)
  if (text === undefined || (typeof text === 'string' && text.trim() === '')) return undefined
  const found = /^\[\s*(\d+)\s*:\s*(\d+)\s*,\s*(\d+)\s*:\s*(\d+)\s*\]$/.exec(String(text).trim())
  if (found === null)
    throw new FirstlightError(
      'obs/bad-section',
      `${where}: card ${key} should be [x1:x2,y1:y2], found '${String(text)}'.`,
      {
        data: { card: key, found: String(text) },
      },
    )
  const [a = 0, b = 0, c = 0, d = 0] = found.slice(1).map(Number)
  return new Box2I(Math.min(a, b) - 1, Math.min(c, d) - 1, Math.abs(b - a) + 1, Math.abs(d - c) + 1)
}

const outside = (where: string, card: string, box: Box2I, frame: Box2I) =>
  new FirstlightError(
    'obs/bad-section',
    `${where}: the section of ${card}, ${box.toString()}, lies outside the frame ${frame.toString()}.`,
    {
      hint: 'The frame may have been cut or binned after its header was written; remove the card to use the whole frame.',
      data: { card },
    },
  )
