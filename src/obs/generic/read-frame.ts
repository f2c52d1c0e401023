import type { FitsFile, Header } from '#fits'
import { readFloatImage } from '#fits'
import { Box2I } from '#geom'
import {
  type Amplifier,
  centeredOrientation,
  type Detector,
  Exposure,
  type FilterLabel,
  Image,
  MaskedImage,
  type VisitInfo,
} from '#image'
import { Instant } from '#time'
import { hasSkyWcs, shiftWcs, wcsFromHeader } from '#wcs'
import { rawHeader, rawPixels } from '../read-raw.ts'
import {
  type AmplifierNumbers,
  amplifierNumbers,
  DARK_TIME,
  EXPOSURE_TIME,
  FILTER,
  type GenericOptions,
  positive,
} from './numbers.ts'
import { type AmplifierSections, amplifierSections } from './sections.ts'

/** A frame of a camera we know nothing about but its header. */
export interface GenericFrame {
  readonly exposure: Exposure
  /** What the header did not say and was assumed, in words; empty when it said all. */
  readonly assumed: readonly string[]
}

/**
 * Any FITS image as a raw exposure: ADU of the whole frame, a detector whose amplifiers come from BIASSEC, DATASEC and TRIMSEC, and
 * time, filter and WCS as far as the header tells. The WCS of a single trimmed amplifier is shifted to the trimmed frame; with several,
 * the cards are taken to describe the assembled frame.
 */
export async function readGenericFrame(
  file: FitsFile,
  where: string,
  options: GenericOptions = {},
): Promise<GenericFrame> {
  const header = rawHeader(file)
  const { width, height, data } = await readFloatImage(rawPixels(file))
  const pixels = data instanceof Float32Array ? data : Float32Array.from(data)
  const sections = amplifierSections(header, width, height, where)
  const numbers = sections.map(({ suffix }) => amplifierNumbers(header, suffix, pixels, options))
  const detector = genericDetector(header, sections, numbers)
  const wcs = hasSkyWcs(header) ? wcsFromHeader(header) : undefined
  const [first] = sections
  const filter = filterOf(header)
  const visitInfo = visitInfoOf(header)
  const exposure = new Exposure(new MaskedImage(new Image(width, height, { data: pixels })), {
    detector,
    visitInfo,
    ...(filter && { filter }),
    ...(wcs && { wcs: sections.length === 1 && first ? shiftWcs(wcs, -first.data.x0, -first.data.y0) : wcs }),
    unit: 'adu',
    metadata: header.copy(),
  })
  return { exposure, assumed: [...new Set(numbers.flatMap((n) => n.assumed))] }
}

function genericDetector(
  header: Header,
  sections: readonly AmplifierSections[],
  numbers: readonly AmplifierNumbers[],
): Detector {
  let x = 0
  const amplifiers = sections.map((section, i): Amplifier => {
    const { gain, readNoise, saturation } = numbers[i]!
    const bbox = new Box2I(x, 0, section.data.width, section.data.height)
    x += section.data.width
    return {
      name: section.suffix === '' ? `${i + 1}` : section.suffix,
      bbox,
      rawBBox: section.raw,
      rawDataBBox: section.data,
      rawSerialOverscanBBox: section.overscan,
      rawParallelOverscanBBox: new Box2I(0, 0, 0, 0),
      rawPrescanBBox: new Box2I(0, 0, 0, 0),
      rawFlipX: false,
      rawFlipY: false,
      rawXYOffset: { x: 0, y: 0 },
      readoutCorner: 'LL',
      gain,
      readNoise,
      saturation,
      suspectLevel: Number.NaN,
      linearityType: 'None',
      linearityCoeffs: [],
    }
  })
  const bbox = new Box2I(0, 0, x, Math.min(...sections.map((s) => s.data.height)))
  const name = header.getString('DETECTOR') ?? header.getString('INSTRUME') ?? 'unknown'
  return {
    id: 0,
    name: name.trim(),
    serial: name.trim(),
    type: 'science',
    physicalType: '',
    bbox,
    pixelSize: { x: 0.015, y: 0.015 },
    orientation: centeredOrientation(bbox),
    amplifiers,
  }
}

function visitInfoOf(header: Header): VisitInfo {
  const exposureTime = positive(header, EXPOSURE_TIME)
  const darkTime = positive(header, DARK_TIME)
  const date = startOf(header)?.plusSeconds((exposureTime ?? 0) / 2)
  const airmass = positive(header, ['AIRMASS', 'SECZ'])
  const text = (key: string) => header.getString(key)?.trim()
  const instrument = text('INSTRUME')
  const object = text('OBJECT')
  return {
    ...(exposureTime !== undefined && { exposureTime }),
    ...(darkTime !== undefined && { darkTime }),
    ...(date && { date }),
    ...(airmass !== undefined && airmass >= 1 && { airmass }),
    ...(instrument && { instrument }),
    ...(object && { object }),
  }
}

/** Begin of the exposure; headers count in UTC. A date that cannot be read is no reason to refuse the frame. */
function startOf(header: Header): Instant | undefined {
  const mjd = positive(header, ['MJD-OBS', 'MJD-STR'])
  const date = header.getString('DATE-OBS')?.trim()
  try {
    if (date?.includes('T') === true) return Instant.fromIso(date.replace(/Z$/, ''), 'utc')
    return mjd === undefined ? undefined : Instant.fromMjd(mjd, 'utc')
  } catch {
    return undefined
  }
}

function filterOf(header: Header): FilterLabel | undefined {
  const value = FILTER.map((key) => header.get(key)).find((v) => v !== undefined && String(v).trim() !== '')
  if (value === undefined) return undefined
  const physical = String(value).trim()
  const band = /^([ugrizy])(?:_band|'|)$/i.exec(physical)?.[1]?.toLowerCase()
  return { physical, ...(band !== undefined && { band }) }
}
