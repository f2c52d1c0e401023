/** Base dimensions: the SI ones and what astronomers count. */
export const BASES = [
  'm',
  'kg',
  's',
  'rad',
  'K',
  'A',
  'mol',
  'cd',
  'pixel',
  'electron',
  'photon',
  'count',
  'adu',
  'mag',
  'bit',
  'beam',
  'bin',
  'voxel',
] as const
export type Base = (typeof BASES)[number]

/** A unit as a number of base units to some powers. */
export interface Definition {
  readonly factor: number
  readonly bases: Partial<Readonly<Record<Base, number>>>
  /** Whether SI prefixes may stand before it. */
  readonly prefixed: boolean
}

const unit = (factor: number, bases: Definition['bases'], prefixed = false): Definition => ({
  factor,
  bases,
  prefixed,
})

const DEGREE = Math.PI / 180
const YEAR = 31557600
const JOULE = { kg: 1, m: 2, s: -2 }

/** Names of FITS 4.0 tables 3–6 and VOUnit 1.1, with the spellings that Rubin files use beside them. */
const DEFINITIONS: Readonly<Record<string, Definition>> = {
  m: unit(1, { m: 1 }, true),
  g: unit(1e-3, { kg: 1 }, true),
  s: unit(1, { s: 1 }, true),
  rad: unit(1, { rad: 1 }, true),
  sr: unit(1, { rad: 2 }, true),
  K: unit(1, { K: 1 }, true),
  A: unit(1, { A: 1 }, true),
  mol: unit(1, { mol: 1 }, true),
  cd: unit(1, { cd: 1 }, true),
  Hz: unit(1, { s: -1 }, true),
  J: unit(1, JOULE, true),
  W: unit(1, { kg: 1, m: 2, s: -3 }, true),
  N: unit(1, { kg: 1, m: 1, s: -2 }, true),
  Pa: unit(1, { kg: 1, m: -1, s: -2 }, true),
  V: unit(1, { kg: 1, m: 2, s: -3, A: -1 }, true),
  Ohm: unit(1, { kg: 1, m: 2, s: -3, A: -2 }, true),
  S: unit(1, { kg: -1, m: -2, s: 3, A: 2 }, true),
  F: unit(1, { kg: -1, m: -2, s: 4, A: 2 }, true),
  Wb: unit(1, { kg: 1, m: 2, s: -2, A: -1 }, true),
  T: unit(1, { kg: 1, s: -2, A: -1 }, true),
  H: unit(1, { kg: 1, m: 2, s: -2, A: -2 }, true),
  C: unit(1, { A: 1, s: 1 }, true),
  lm: unit(1, { cd: 1, rad: 2 }, true),
  lx: unit(1, { cd: 1, rad: 2, m: -2 }, true),
  eV: unit(1.602176634e-19, JOULE, true),
  erg: unit(1e-7, JOULE),
  Ry: unit(2.1798723611035e-18, JOULE),
  G: unit(1e-4, { kg: 1, s: -2, A: -1 }, true),
  Jy: unit(1e-26, { kg: 1, s: -2 }, true),
  R: unit(1e10 / (4 * Math.PI), { photon: 1, m: -2, s: -1, rad: -2 }, true),
  barn: unit(1e-28, { m: 2 }, true),
  D: unit(1e-29 / 2.99792458, { A: 1, s: 1, m: 1 }),
  u: unit(1.6605390666e-27, { kg: 1 }),
  deg: unit(DEGREE, { rad: 1 }),
  arcmin: unit(DEGREE / 60, { rad: 1 }),
  arcsec: unit(DEGREE / 3600, { rad: 1 }, true),
  mas: unit(DEGREE / 3.6e6, { rad: 1 }),
  uas: unit(DEGREE / 3.6e9, { rad: 1 }),
  hourangle: unit(15 * DEGREE, { rad: 1 }),
  min: unit(60, { s: 1 }),
  h: unit(3600, { s: 1 }),
  hr: unit(3600, { s: 1 }),
  d: unit(86400, { s: 1 }),
  a: unit(YEAR, { s: 1 }, true),
  yr: unit(YEAR, { s: 1 }, true),
  cy: unit(100 * YEAR, { s: 1 }),
  Angstrom: unit(1e-10, { m: 1 }),
  angstrom: unit(1e-10, { m: 1 }),
  micron: unit(1e-6, { m: 1 }),
  AU: unit(149597870700, { m: 1 }),
  au: unit(149597870700, { m: 1 }),
  lyr: unit(2.99792458e8 * YEAR, { m: 1 }),
  pc: unit(3.0856775814913674e16, { m: 1 }, true),
  solMass: unit(1.988409870698051e30, { kg: 1 }),
  solLum: unit(3.828e26, { kg: 1, m: 2, s: -3 }),
  solRad: unit(6.957e8, { m: 1 }),
  pixel: unit(1, { pixel: 1 }),
  pix: unit(1, { pixel: 1 }),
  electron: unit(1, { electron: 1 }, true),
  photon: unit(1, { photon: 1 }, true),
  ph: unit(1, { photon: 1 }),
  count: unit(1, { count: 1 }, true),
  ct: unit(1, { count: 1 }, true),
  adu: unit(1, { adu: 1 }, true),
  ADU: unit(1, { adu: 1 }),
  DN: unit(1, { adu: 1 }),
  dn: unit(1, { adu: 1 }),
  mag: unit(1, { mag: 1 }, true),
  bit: unit(1, { bit: 1 }, true),
  byte: unit(8, { bit: 1 }, true),
  beam: unit(1, { beam: 1 }),
  bin: unit(1, { bin: 1 }),
  chan: unit(1, { bin: 1 }),
  voxel: unit(1, { voxel: 1 }),
  '%': unit(0.01, {}),
}

const PREFIXES: Readonly<Record<string, number>> = {
  da: 1e1,
  d: 1e-1,
  c: 1e-2,
  m: 1e-3,
  u: 1e-6,
  µ: 1e-6,
  n: 1e-9,
  p: 1e-12,
  f: 1e-15,
  a: 1e-18,
  z: 1e-21,
  y: 1e-24,
  h: 1e2,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Z: 1e21,
  Y: 1e24,
}

export const knownSymbols: readonly string[] = Object.keys(DEFINITIONS)

/** A symbol with or without prefix; plurals and capitals that files use (`pixels`, `Degrees`) are understood too. */
export function lookUp(symbol: string): Definition | undefined {
  return exactly(symbol) ?? exactly(SPELLINGS[symbol.toLowerCase()] ?? '')
}

const SPELLINGS: Readonly<Record<string, string>> = {
  pixels: 'pixel',
  electrons: 'electron',
  counts: 'count',
  photons: 'photon',
  degree: 'deg',
  degrees: 'deg',
  arcseconds: 'arcsec',
  arcsecond: 'arcsec',
  arcminutes: 'arcmin',
  radian: 'rad',
  radians: 'rad',
  sec: 's',
  second: 's',
  seconds: 's',
  day: 'd',
  days: 'd',
  year: 'yr',
  years: 'yr',
  hour: 'h',
  hours: 'h',
  meter: 'm',
  kelvin: 'K',
  hz: 'Hz',
  adus: 'adu',
}

function exactly(symbol: string): Definition | undefined {
  const known = Object.hasOwn(DEFINITIONS, symbol) ? DEFINITIONS[symbol] : undefined
  if (known !== undefined) return known
  for (const length of [2, 1]) {
    const factor = Object.hasOwn(PREFIXES, symbol.slice(0, length))
      ? PREFIXES[symbol.slice(0, length)]
      : undefined
    const rest = symbol.slice(length)
    const base = Object.hasOwn(DEFINITIONS, rest) ? DEFINITIONS[rest] : undefined
    if (factor !== undefined && base?.prefixed === true) return { ...base, factor: base.factor * factor }
  }
  return undefined
}
