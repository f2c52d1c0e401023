import { type CardLike, floatCard, Header } from '#fits'
import type { SpherePoint } from '#geom'
import type { Detector } from '#image'
import { formatSection, hscStoredFlip, radialScale, toSexagesimal } from '#obs'
import type { Instant } from '#time'
import { horizonPosition } from './horizon.ts'
import { rawSize } from './readout.ts'
import type { SimCamera } from './sim-camera.ts'
import type { SimVisit } from './visit.ts'

/** The cards of a raw frame, as the camera's own software would write them. */
export const rawCards = (camera: SimCamera, visit: SimVisit, detector: Detector): Header =>
  new Header(
    camera.instrument.name === 'HSC' ? hscCards(camera, visit, detector) : tinyCards(visit, detector),
  )

const clock = (time: Instant): string => time.toIso('utc', 3).slice(11)
const date = (time: Instant): string => time.toIso('utc', 0).slice(0, 10)
const raText = (p: SpherePoint): string => toSexagesimal(p.ra.hours, 3, false)
const decText = (p: SpherePoint): string => toSexagesimal(p.dec.degrees, 2, true)

function hscCards(camera: SimCamera, visit: SimVisit, detector: Detector): readonly CardLike[] {
  const { begin, exposureTimeSec, pointing } = visit
  const end = begin.plusSeconds(exposureTimeSec + 2)
  const site = camera.instrument.observatory!
  const [at, later] = [
    horizonPosition(pointing.boresight, begin, site),
    horizonPosition(pointing.boresight, end, site),
  ]
  const [side = '0', position = '00'] = detector.name.split('_')
  const frame = visit.id * 100 + Number(side) * 100 + Number(position)
  const hawaii = (t: Instant) => clock(t.plusSeconds(-36_000))
  return [
    ['UT-STR', clock(begin)],
    ['HST-STR', hawaii(begin)],
    ['LST-STR', toSexagesimal(at.siderealTime.hours, 3, false)],
    floatCard('MJD-STR', begin.toMjd('utc')),
    floatCard('ZD-STR', round(90 - at.altitude.degrees, 8)),
    ['SECZ-STR', at.airmass.toFixed(3)],
    ['DATE-OBS', date(begin)],
    ['UT', clock(begin)],
    ['HST', hawaii(begin)],
    floatCard('MJD', begin.toMjd('utc')),
    floatCard('AIRMASS', round(at.airmass, 8)),
    floatCard('AZIMUTH', round(at.azimuth.degrees, 8)),
    floatCard('ALTITUDE', round(at.altitude.degrees, 8)),
    ['PROP-ID', visit.program],
    ['OBSERVER', 'Firstlight simulator'],
    ['OBS-MOD', 'IMAG'],
    ['OBS-ALOC', 'Observation'],
    ['RA', raText(pointing.boresight)],
    ['DEC', decText(pointing.boresight)],
    ['RA2000', raText(pointing.boresight)],
    ['DEC2000', decText(pointing.boresight)],
    floatCard('EQUINOX', 2000),
    ['TELESCOP', 'Subaru'],
    ['INSTRUME', 'Hyper Suprime-Cam'],
    ['TELFOCUS', 'P_OPT2'],
    floatCard('FOC-VAL', 3.7),
    ['WEATHER', 'Fine'],
    ['SEEING', visit.seeingArcsec.toFixed(2)],
    floatCard('DOM-TMP', 273.45),
    floatCard('OUT-TMP', 272.35),
    floatCard('OUT-HUM', 33.1),
    floatCard('OUT-PRS', 621.7),
    ['INST-PA', round(270 - pointing.rotation.degrees, 3).toFixed(3)],
    ['EXP-ID', `HSCA${String(visit.id).padStart(6, '0')}00`, 'First frame ID'],
    floatCard('EXPTIME', exposureTimeSec, 'Exposure time'),
    ['OBJECT', visit.target, 'Object'],
    ['DATA-TYP', 'OBJECT', 'Characteristics of this data'],
    ['FILTER01', visit.filter, 'Filter barcode'],
    ['UT-END', clock(end)],
    floatCard('MJD-END', end.toMjd('utc')),
    floatCard('ZD-END', round(90 - later.altitude.degrees, 8)),
    ['SECZ-END', later.airmass.toFixed(3)],
    ['T_AG', false, 'AG Exposure'],
    ['FRAMEID', `HSCA${String(frame).padStart(8, '0')}`],
    ...hscWcsCards(camera, visit, detector),
    ['DET-ID', detector.id, 'Sequential number of the CCD'],
    floatCard('T_CCDTV', -101.158, 'CCD temperature [Celsius]'),
    ['T_CFGFIL', '20130327.cfg'],
    ['T_BEEID', Number(side)],
    ['T_SDOID', Number(position)],
    ['T_CCDSN', detector.serial, 'CCD serial number'],
    ['T_XFILP', false, 'CCD readout is x-flipped when create image'],
    ['T_YFILP', false, 'CCD readout is y-flipped when create image'],
    ['T_SIMUL', true, 'Simulated by Firstlight'],
    ...sectionCards(detector),
  ]
}

/** TAN in pixels of the stored, trimmed chip; the scale 0.8 % finer than on the axis, to fit a whole chip far out. */
function hscWcsCards(camera: SimCamera, visit: SimVisit, detector: Detector): readonly CardLike[] {
  const { camera: geometry } = camera.instrument
  const { bbox } = detector
  const flip = hscStoredFlip(detector.id)
  const focal = geometry.toFocalPlane(detector.id, bbox.center)
  const scale = (radialScale(geometry.optics, Math.hypot(focal.x, focal.y)) * 180) / Math.PI
  const axis = geometry.fromFocalPlane(detector.id, { x: 0, y: 0 })
  const [c, s] = [Math.cos(visit.pointing.rotation.radians), Math.sin(visit.pointing.rotation.radians)]
  const one = (dx: number, dy: number) => {
    const [p, q] = [
      geometry.toFocalPlane(detector.id, { x: dx, y: dy }),
      geometry.toFocalPlane(detector.id, { x: 0, y: 0 }),
    ]
    const [u, v] = [p.x - q.x, p.y - q.y]
    return [scale * (-c * u + s * v), scale * (s * u + c * v)] as const
  }
  const [ex, ey] = [one(flip.x ? -1 : 1, 0), one(0, flip.y ? -1 : 1)]
  const x = flip.x ? bbox.width - 1 - axis.x : axis.x
  const y = flip.y ? bbox.height - 1 - axis.y : axis.y
  return [
    ['CTYPE1', 'RA---TAN'],
    ['CTYPE2', 'DEC--TAN'],
    ['CUNIT1', 'degree'],
    ['CUNIT2', 'degree'],
    floatCard('CRPIX1', round(x + 1, 3)),
    floatCard('CRPIX2', round(y + 1, 3)),
    floatCard('CRVAL1', visit.pointing.boresight.ra.degrees),
    floatCard('CRVAL2', visit.pointing.boresight.dec.degrees),
    floatCard('CD1_1', ex[0]),
    floatCard('CD1_2', ey[0]),
    floatCard('CD2_1', ex[1]),
    floatCard('CD2_2', ey[1]),
  ]
}

/** Gains and sections of the four channels in the stored order, x rising. */
function sectionCards(detector: Detector): readonly CardLike[] {
  const { x: flipX, y: flipY } = hscStoredFlip(detector.id)
  const [width, height] = rawSize(detector)
  const amps = flipX ? detector.amplifiers.toReversed() : detector.amplifiers
  const columns = (x0: number, x1: number) =>
    (flipX ? [width - x1, width - x0] : [x0 + 1, x1 + 1]) as [number, number]
  const rows = (y0: number, y1: number) =>
    (flipY ? [height - y1, height - y0] : [y0 + 1, y1 + 1]) as [number, number]
  const range = (kind: string, channel: number, axis: 1 | 2, [min, max]: [number, number]): CardLike[] => [
    [`T_${kind}MN${channel}${axis}`, min],
    [`T_${kind}MX${channel}${axis}`, max],
  ]
  return amps.flatMap((amp, i): CardLike[] => {
    const c = i + 1
    const [light, over, above] = [amp.rawDataBBox, amp.rawSerialOverscanBBox, amp.rawParallelOverscanBBox]
    return [
      floatCard(`T_GAIN${c}`, amp.gain, `Gain for channel ${c}`),
      ...range('OS', c, 1, columns(over.x0, over.x1)),
      ...range('EF', c, 1, columns(light.x0, light.x1)),
      ...range('OS', c, 2, rows(above.y0, above.y1)),
      ...range('EF', c, 2, rows(light.y0, light.y1)),
    ]
  })
}

function tinyCards(visit: SimVisit, detector: Detector): readonly CardLike[] {
  const { boresight, rotation } = visit.pointing
  return [
    ['INSTRUME', 'TinyCam'],
    ['TELESCOP', 'Test'],
    ['EXPID', visit.id],
    ['DETID', detector.id],
    ['OBSTYPE', 'science'],
    ['DATE-OBS', visit.begin.toIso('utc', 3)],
    floatCard('EXPTIME', visit.exposureTimeSec, '[s]'),
    floatCard('DARKTIME', visit.exposureTimeSec, '[s]'),
    ['FILTER', visit.filter],
    ['OBJECT', visit.target],
    ['PROGRAM', visit.program],
    ['RA', raText(boresight)],
    ['DEC', decText(boresight)],
    floatCard('ROTPA', rotation.degrees, '[deg] +y of the focal plane, east of north'),
    floatCard('AIRMASS', 1.2),
    ...detector.amplifiers.flatMap((amp, i): CardLike[] => [
      floatCard(`GAIN${i + 1}`, amp.gain),
      [`DATASEC${i + 1}`, formatSection(amp.rawDataBBox)],
      [`BIASSEC${i + 1}`, formatSection(amp.rawSerialOverscanBBox)],
    ]),
  ]
}

const round = (value: number, decimals: number): number => Number(value.toFixed(decimals))
