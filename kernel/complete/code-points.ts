/** Jupyter counts positions in Unicode code points, TypeScript in UTF-16 units. */

/** UTF-16 offset of a code-point offset; past the end gives the end. */
export function toUnits(text: string, points: number): number {
  let units = 0
  for (let i = 0; i < points && units < text.length; i++)
    units += (text.codePointAt(units) ?? 0) > 0xffff ? 2 : 1
  return units
}

/** Code-point offset of a UTF-16 offset. */
export function toPoints(text: string, units: number): number {
  let points = 0
  for (let i = 0; i < units && i < text.length; points++) i += (text.codePointAt(i) ?? 0) > 0xffff ? 2 : 1
  return points
}
