/** Colours of the standard planes on screen, CSS, by the stack's display convention. */
export const MASK_COLORS: Readonly<Record<string, string>> = {
  BAD: '#ff0000',
  CR: '#ff00ff',
  EDGE: '#ffff00',
  INTRP: '#00ff00',
  INTERPOLATED: '#00ff00',
  SAT: '#00ff00',
  SATURATED: '#00ff00',
  DETECTED: '#0000ff',
  DETECTED_NEGATIVE: '#00ffff',
  SUSPECT: '#ffff00',
  NO_DATA: '#ffa500',
  CROSSTALK: '#ffa07a',
  UNMASKEDNAN: '#dda0dd',
  NOT_DEBLENDED: '#87ceeb',
  BRIGHT_OBJECT: '#ff69b4',
  CLIPPED: '#da70d6',
  REJECTED: '#cd853f',
  SENSOR_EDGE: '#bdb76b',
  INEXACT_PSF: '#708090',
  STREAK: '#7fff00',
}

const OTHERS = ['#8fbc8f', '#b8860b', '#6495ed', '#dc143c', '#20b2aa', '#9932cc', '#e9967a', '#556b2f']

/** A colour for any plane: the convention's, else one that its bit chooses. */
export const maskColor = (name: string, bit: number): string =>
  MASK_COLORS[name] ?? OTHERS[bit % OTHERS.length]!

/** [r, g, b], 0–255, of `#rrggbb`. */
export function rgbOf(color: string): readonly [number, number, number] {
  const n = Number.parseInt(color.slice(1), 16)
  return [(n >> 16) & 255, (n >> 8) & 255, n & 255]
}
