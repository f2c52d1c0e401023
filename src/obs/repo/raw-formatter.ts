import type { Formatter } from '#butler'
import { FirstlightError } from '#core'
import { openFits } from '#fits'
import type { Exposure } from '#image'
import type { Instrument } from '../instrument.ts'
import { instruments } from '../instruments.ts'
import { rawHeader } from '../read-raw.ts'
import { toVisitInfo } from '../visit-info.ts'

/** Reads the raws of one instrument as exposures; components that the header holds are read without pixels. */
export const rawFormatter = (instrument: Instrument): Formatter => ({
  name: instrument.rawFormatter,
  extension: '.fits',
  alsoReads: ['.fits.fz', '.fits.gz', '.fz'],
  async read(source, { component }) {
    const file = await openFits(source)
    if (component === undefined) return instrument.readRaw(file)
    const header = rawHeader(file)
    const info = instrument.translateHeader(header, file.name)
    if (component === 'metadata') return header
    if (component === 'visitInfo') return toVisitInfo(info, instrument.observatory)
    if (component === 'detector') return instrument.camera.detector(info.detectorNum)
    return componentOf(await instrument.readRaw(file), component)
  },
  write() {
    throw new FirstlightError('obs/read-only', 'Raw frames are ingested, not written.', {
      hint: 'Use ingest-raws.',
    })
  },
})

function componentOf(raw: Exposure, component: string): unknown {
  const parts: Readonly<Record<string, unknown>> = {
    image: raw.image,
    mask: raw.mask,
    variance: raw.variance,
    bbox: raw.bbox,
    wcs: raw.wcs,
    filter: raw.filter,
    xy0: { x: raw.image.x0, y: raw.image.y0 },
  }
  if (component in parts) return parts[component]
  throw new FirstlightError('obs/no-component', `A raw has no component '${component}'.`, {
    hint: `It has ${Object.keys(parts).join(', ')}, metadata, visitInfo and detector.`,
  })
}

/** Readers of every instrument's raws, in the form that `defaultFormatters` of `#formats` takes; found by record name. */
export const obsFormatters = (): readonly (readonly [string, Formatter])[] =>
  instruments().map((instrument) => [instrument.rawFormatter, rawFormatter(instrument)] as const)
