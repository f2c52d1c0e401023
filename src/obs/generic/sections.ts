import { Box2I } from '#geom'

/** `[x1:x2,y1:y2]`, 1-based and inclusive, as IRAF writes it; undefined when the text is not of that form. */
export function parseSection(text: string | undefined): Box2I | undefined {
  const m = /^\s*\[\s*(\d+)\s*:\s*(\d+)\s*,\s*(\d+)\s*:\s*(\d+)\s*\]\s*$/.exec(text ?? '')
  if (m === null) return undefined
  const [x1, x2, y1, y2] = m.slice(1).map(Number) as [number, number, number, number]
  return Box2I.fromCorners(
    Math.min(x1, x2) - 1,
    Math.min(y1, y2) - 1,
    Math.max(x1, x2) - 1,
    Math.max(y1, y2) - 1,
  )
}

/** `[1:512,1:4176]` for a box. */
export const formatSection = ({ x0, y0, x1, y1 }: Box2I): string =>
  `[${x0 + 1}:${x1 + 1},${y0 + 1}:${y1 + 1}]`

/** Raw boxes of one output. */
export interface OutputSections {
  readonly all: Box2I
  readonly light: Box2I
  /** Empty when there is no overscan. */
  readonly overscan: Box2I
}

/** The sections a header gives, as cards spell them. */
export interface SectionTexts {
  readonly bias: string | undefined
  readonly data: string | undefined
  readonly trim: string | undefined
}

/**
 * The outputs of a frame from its section cards. TRIMSEC (else DATASEC) is the light-sensitive part, BIASSEC the overscan.
 * Sections that describe one of n equal outputs side by side (DATASEC spans a whole fraction of the width) are repeated.
 * Sections that reach over the frame's edge are cut to it.
 */
export function outputSections(
  width: number,
  height: number,
  texts: SectionTexts,
): readonly OutputSections[] {
  const frame = new Box2I(0, 0, width, height)
  const [bias, data, trim] = [parseSection(texts.bias), parseSection(texts.data), parseSection(texts.trim)]
  const count = repeats(frame, data, trim ?? data, bias)
  const pitch = width / count
  return Array.from({ length: count }, (_, k) => {
    const all = new Box2I(k * pitch, 0, pitch, height)
    const inside = (box: Box2I | undefined) => box?.shift(k * pitch, 0).intersect(all)
    const cut = inside(trim ?? data) ?? all
    const light = cut.isEmpty ? all : cut
    const overscan = inside(bias) ?? Box2I.empty
    return { all, light, overscan: overscan.overlaps(light) ? Box2I.empty : overscan }
  })
}

/** How many outputs the sections stand for. */
function repeats(
  frame: Box2I,
  data: Box2I | undefined,
  light: Box2I | undefined,
  bias: Box2I | undefined,
): number {
  if (data === undefined || light === undefined || bias === undefined) return 1
  const n = frame.width / data.width
  const oneOutput = data.x0 === 0 && light.x1 <= data.x1 && bias.x1 <= data.x1
  return Number.isInteger(n) && n > 1 && n <= 16 && oneOutput ? n : 1
}
