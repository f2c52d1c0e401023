import type { CardValue, Header } from '#fits'
import { AIT, CAR, makeCea, MER, SFL } from './cylindrical.ts'
import { wcsError } from './errors.ts'
import { FitsWcs } from './fits-wcs.ts'
import type { FitsWcsParts, SipTerms } from './parts.ts'
import { Polynomial2D } from './polynomial.ts'
import type { Projection } from './projection.ts'
import { equatorialFrame, GALACTIC, type SkyFrame } from './sky-frame.ts'
import type { SkyWcs } from './sky-wcs.ts'
import { TPV_TERMS, TpvDistortion } from './tpv.ts'
import { ARC, makeZpn, SIN, STG, TAN, ZEA } from './zenithal.ts'

export interface WcsFromHeaderOptions {
  /** Which alternate description: 'A' … 'Z'; the primary one by default. */
  readonly alternate?: string
}

/**
 * The sky WCS of a FITS header, for 0-based pixels of its array. What had to be assumed is in the `notes` of the result.
 * @throws FirstlightError 'wcs/missing' when there is none, 'wcs/unsupported', 'wcs/bad-card', 'wcs/singular'
 */
export function wcsFromHeader(header: Header, { alternate = '' }: WcsFromHeaderOptions = {}): SkyWcs {
  return new FitsWcs(new Reader(header, alternate).parts())
}

/** True when the header names celestial axes, so that `wcsFromHeader` is worth trying. */
export function hasSkyWcs(header: Header, alternate = ''): boolean {
  const types = [header.get(`CTYPE1${alternate}`), header.get(`CTYPE2${alternate}`)]
  return types.every((t) => typeof t === 'string' && /^(RA|DEC|GLON|GLAT)-/.test(t))
}

class Reader {
  readonly #header: Header
  readonly #alternate: string
  readonly #notes: string[] = []

  constructor(header: Header, alternate: string) {
    this.#header = header
    this.#alternate = alternate
  }

  parts(): FitsWcsParts {
    const { code, suffix, swapped, galactic } = this.#axes()
    const [lon, lat] = swapped ? [2, 1] : [1, 2]
    const pv = { lon: this.#pv(lon), lat: this.#pv(lat) }
    const scamp = code === 'TAN' && (pv.lat.size > 0 || [...pv.lon.keys()].some((m) => m > 4))
    if (scamp) this.#note('PVi_m cards of a TAN projection are read as TPV, as SCAMP writes them.')
    const tpv = code === 'TPV' || scamp ? tpvOf(pv.lon, pv.lat) : undefined
    const frame = this.#frame(galactic)
    if (frame.note !== undefined) this.#note(frame.note)
    const sip = this.#sip(suffix === 'SIP')
    const lonpole = pv.lon.get(3) ?? this.#number('LONPOLE')
    const latpole = pv.lon.get(4) ?? this.#number('LATPOLE')
    const useFirst = tpv === undefined
    return {
      crpix: { x: this.#number('CRPIX1', 0) - 1, y: this.#number('CRPIX2', 0) - 1 },
      crval: [
        this.#number(`CRVAL${lon}`, 0) * this.#unit(lon),
        this.#number(`CRVAL${lat}`, 0) * this.#unit(lat),
      ],
      cd: this.#cd(lon, lat),
      projection: tpv ? TAN : this.#projection(code, pv.lat),
      frame,
      ...(sip && { sip }),
      ...(tpv && { tpv }),
      ...pole('lonpole', useFirst ? lonpole : this.#number('LONPOLE')),
      ...pole('latpole', useFirst ? latpole : this.#number('LATPOLE')),
      notes: this.#notes,
    }
  }

  #note(text: string): void {
    this.#notes.push(text)
  }

  #number(key: string): number | undefined
  #number(key: string, fallback: number): number
  #number(key: string, fallback?: number): number | undefined {
    const value = this.#header.get(key + this.#alternate)
    if (value === undefined) return fallback
    const n = typeof value === 'string' ? Number(value.trim() === '' ? Number.NaN : value) : Number(value)
    if (!Number.isFinite(n) || typeof value === 'boolean')
      throw wcsError(
        'bad-card',
        `${this.#where()}${key}${this.#alternate} should be a number; it is '${spelt(value)}'.`,
      )
    return n
  }

  #where(): string {
    return this.#header.where === '' ? '' : `${this.#header.where}: `
  }

  #axes(): { code: string; suffix: string; swapped: boolean; galactic: boolean } {
    const types = [1, 2].map((i) => this.#header.get(`CTYPE${i}${this.#alternate}`))
    if (types.some((t) => t === undefined))
      throw wcsError(
        'missing',
        `${this.#where()}the header has no WCS: CTYPE1 and CTYPE2 are not both there.`,
      )
    const found = types.map((t) => /^(RA|DEC|GLON|GLAT)-+([A-Z]{3})(?:-([A-Z]{3}))?\s*$/.exec(spelt(t)))
    const [first, second] = found
    if (!first || !second)
      throw wcsError(
        'unsupported',
        `${this.#where()}the axes ${types.map((t) => `'${spelt(t)}'`).join(', ')} are not a sky projection that is known here.`,
      )
    const pair = `${first[1]} ${second[1]}`
    if (!['RA DEC', 'DEC RA', 'GLON GLAT', 'GLAT GLON'].includes(pair) || first[2] !== second[2])
      throw wcsError(
        'bad-card',
        `${this.#where()}CTYPE1 '${spelt(types[0])}' and CTYPE2 '${spelt(types[1])}' do not belong together.`,
      )
    return {
      code: first[2]!,
      suffix: first[3] ?? '',
      swapped: pair === 'DEC RA' || pair === 'GLAT GLON',
      galactic: pair.includes('GLON'),
    }
  }

  /** Degrees in one unit of an axis. */
  #unit(axis: number): number {
    const text = spelt(this.#header.get(`CUNIT${axis}${this.#alternate}`) ?? 'deg')
      .trim()
      .toLowerCase()
    const units: Readonly<Record<string, number>> = {
      '': 1,
      deg: 1,
      degree: 1,
      degrees: 1,
      arcmin: 1 / 60,
      arcsec: 1 / 3600,
      mas: 1 / 3_600_000,
      rad: 180 / Math.PI,
    }
    const unit = units[text]
    if (unit === undefined)
      throw wcsError('bad-card', `${this.#where()}CUNIT${axis} '${text}' is not an angle.`, {
        hint: 'It should be deg.',
      })
    return unit
  }

  /** Rows for longitude and latitude, degrees a pixel: CD, else PC·CDELT, else CDELT with CROTA. */
  #cd(lon: number, lat: number): readonly [number, number, number, number] {
    const cell = (name: string, i: number, j: number): number | undefined => this.#number(`${name}${i}_${j}`)
    const all = [
      [lon, 1],
      [lon, 2],
      [lat, 1],
      [lat, 2],
    ] as const
    const named = (name: string): boolean => all.some(([i, j]) => cell(name, i, j) !== undefined)
    const scaled = (
      matrix: readonly number[],
      delt: (i: number) => number,
    ): [number, number, number, number] => {
      const out = all.map(([i], k) => matrix[k]! * delt(i) * this.#unit(i))
      return [out[0]!, out[1]!, out[2]!, out[3]!]
    }
    if (named('CD'))
      return scaled(
        all.map(([i, j]) => cell('CD', i, j) ?? 0),
        () => 1,
      )
    const delt = (i: number): number => this.#number(`CDELT${i}`, 1)
    if (this.#number('CDELT1') === undefined && !named('PC'))
      throw wcsError(
        'missing',
        `${this.#where()}the header has CTYPE cards but no scale: neither CD, PC nor CDELT.`,
      )
    if (named('PC'))
      return scaled(
        all.map(([i, j]) => cell('PC', i, j) ?? (i === j ? 1 : 0)),
        delt,
      )
    const rotation = (this.#number(`CROTA${lat}`) ?? this.#number(`CROTA${lon}`) ?? 0) * (Math.PI / 180)
    const [c, s] = [Math.cos(rotation), Math.sin(rotation)]
    const [d1, d2] = [delt(lon) * this.#unit(lon), delt(lat) * this.#unit(lat)]
    const own = [d1 * c, -d2 * s, d1 * s, d2 * c] as const
    return lon === 1 ? own : [own[1], own[0], own[3], own[2]]
  }

  #pv(axis: number): ReadonlyMap<number, number> {
    const found = new Map<number, number>()
    for (let m = 0; m < TPV_TERMS; m++) {
      const value = this.#number(`PV${axis}_${m}`)
      if (value !== undefined) found.set(m, value)
    }
    return found
  }

  #projection(code: string, pv: ReadonlyMap<number, number>): Projection {
    switch (code) {
      case 'TAN':
        return TAN
      case 'STG':
        return STG
      case 'ARC':
        return ARC
      case 'ZEA':
        return ZEA
      case 'CAR':
        return CAR
      case 'MER':
        return MER
      case 'SFL':
      case 'GLS':
        return SFL
      case 'AIT':
        return AIT
      case 'SIN':
        if ((pv.get(1) ?? 0) !== 0 || (pv.get(2) ?? 0) !== 0)
          throw wcsError(
            'unsupported',
            `${this.#where()}the slant orthographic projection (SIN with PV2_1, PV2_2) is not known here.`,
          )
        return SIN
      case 'CEA':
        return makeCea(pv.get(1) ?? 1)
      case 'ZPN':
        return makeZpn(Array.from({ length: Math.max(0, ...pv.keys()) + 1 }, (_, m) => pv.get(m) ?? 0))
      default:
        throw wcsError('unsupported', `${this.#where()}the projection ${code} is not known here.`, {
          hint: 'Known are TAN, TAN-SIP, TPV, ZPN, STG, SIN, ARC, ZEA, CAR, CEA, MER, SFL and AIT.',
        })
    }
  }

  #frame(galactic: boolean): SkyFrame {
    if (galactic) return GALACTIC
    const text = (key: string): string | undefined => {
      const value = this.#header.get(key)
      return typeof value === 'string' && value.trim() !== '' ? value : undefined
    }
    const radesys = text(`RADESYS${this.#alternate}`) ?? text('RADESYS') ?? text('RADECSYS')
    return equatorialFrame(radesys, this.#number('EQUINOX') ?? this.#epoch())
  }

  /** EPOCH is the old name of EQUINOX; some cameras put the date of observation there, which cannot be one. */
  #epoch(): number | undefined {
    const value = this.#header.get('EPOCH')
    return value === 1950 || value === 2000 ? value : undefined
  }

  #sip(named: boolean): SipTerms | undefined {
    const [a, b] = [this.#polynomial('A'), this.#polynomial('B')]
    if (a === undefined && b === undefined) {
      if (named) this.#note('CTYPE ends in -SIP but there are no SIP coefficients.')
      return undefined
    }
    if (!named) this.#note('SIP coefficients are applied although CTYPE does not end in -SIP.')
    const zero = Polynomial2D.fromTerms(0, [])
    const [ap, bp] = [this.#polynomial('AP'), this.#polynomial('BP')]
    return { a: a ?? zero, b: b ?? zero, ...(ap && bp && { ap, bp }) }
  }

  #polynomial(name: string): Polynomial2D | undefined {
    if (this.#alternate !== '') return undefined
    const order = this.#number(`${name}_ORDER`)
    if (order === undefined) return undefined
    if (!(Number.isInteger(order) && order >= 0 && order <= 9))
      throw wcsError('bad-card', `${this.#where()}${name}_ORDER should be 0 to 9; it is ${order}.`)
    const terms: (readonly [number, number, number])[] = []
    for (let p = 0; p <= order; p++)
      for (let q = 0; q <= order - p; q++) terms.push([p, q, this.#number(`${name}_${p}_${q}`, 0)])
    return Polynomial2D.fromTerms(order, terms)
  }
}

const pole = (key: 'lonpole' | 'latpole', value: number | undefined) =>
  value === undefined ? {} : { [key]: value }

function tpvOf(lon: ReadonlyMap<number, number>, lat: ReadonlyMap<number, number>): TpvDistortion {
  const list = (pv: ReadonlyMap<number, number>): number[] =>
    Array.from({ length: Math.max(1, ...pv.keys()) + 1 }, (_, m) => pv.get(m) ?? (m === 1 ? 1 : 0))
  return new TpvDistortion(list(lon), list(lat))
}

/** A card's value as text for messages and comparisons. */
const spelt = (value: CardValue): string =>
  typeof value === 'object' ? `(${value.re}, ${value.im})` : String(value)
