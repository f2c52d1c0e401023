export type ColourMap = 'gray' | 'viridis' | 'cividis' | 'inferno' | 'magma' | 'heat' | 'cool'

/** Names in the menu; cividis looks the same with every kind of colour vision, viridis and the others nearly. */
export const COLOUR_MAPS: Readonly<Record<ColourMap, string>> = {
  gray: 'gray',
  viridis: 'viridis',
  cividis: 'cividis (colour-blind safe)',
  inferno: 'inferno',
  magma: 'magma',
  heat: 'heat',
  cool: 'cool',
}

/** Colours at equal steps of the scale, interpolated linearly between (matplotlib's maps, CC0, sampled). */
const ANCHORS: Readonly<Record<ColourMap, string>> = {
  gray: '000000 ffffff',
  viridis: '440154 482878 3e4989 31688e 26828e 1f9e89 35b779 6ece58 b5de2b fde725',
  cividis: '00224e 123570 3b496c 575d6d 707173 8a8678 a59c74 c3b369 e1cc55 fee838',
  inferno: '000004 1b0c41 4a0c6b 781c6d a52c60 cf4446 ed6925 fb9b06 f7d13d fcffa4',
  magma: '000004 180f3d 440f76 721f81 9e2f7f cd4071 f1605d fd9668 feca8d fcfdbf',
  heat: '000000 550000 aa0000 ff2a00 ff7f00 ffd400 ffff55 ffffaa ffffff',
  cool: '000000 00102a 002055 004080 0070aa 20a0c8 70c8e0 b8e6f2 ffffff',
}

/** Pixels without a value. */
export const NAN_COLOUR: Rgb = [122, 92, 142]

export type Rgb = readonly [red: number, green: number, blue: number]

/** 256 RGBA colours, 1024 bytes; inverted maps run backwards. */
export function colourTable(map: ColourMap, inverted: boolean): Uint8Array {
  const anchors = ANCHORS[map].split(' ').map(parseHex)
  const table = new Uint8Array(1024)
  for (let i = 0; i < 256; i++) {
    const at = ((inverted ? 255 - i : i) / 255) * (anchors.length - 1)
    const k = Math.min(Math.floor(at), anchors.length - 2)
    const [from, to] = [anchors[k]!, anchors[k + 1]!]
    for (let c = 0; c < 3; c++) table[4 * i + c] = Math.round(from[c]! + (to[c]! - from[c]!) * (at - k))
    table[4 * i + 3] = 255
  }
  return table
}

/** `#rgb`, `#rrggbb` (with or without #) or one of the colour names that mask planes use. */
export function parseColour(text: string): Rgb {
  const hex = (NAMED[text.toLowerCase()] ?? text).replace('#', '')
  const full = hex.length === 3 ? [...hex].map((digit) => digit + digit).join('') : hex
  return /^[0-9a-f]{6}$/i.test(full) ? parseHex(full) : [255, 255, 255]
}

const NAMED: Readonly<Record<string, string>> = {
  red: 'ff3b30',
  green: '2ecc40',
  blue: '3478f6',
  cyan: '22d3ee',
  magenta: 'ff2fd0',
  yellow: 'ffd60a',
  orange: 'ff9500',
  white: 'ffffff',
  black: '000000',
}

const parseHex = (hex: string): Rgb =>
  [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as unknown as Rgb
