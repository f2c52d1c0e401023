import { Box2I, type Point2D } from '#geom'
import type { Detector } from '#image'
import { Random } from '#math'
import { chipToFocal } from '#obs'
import { NoiseStream } from './noise.ts'
import { type SimCamera, VIGNETTING } from './sim-camera.ts'

/** A part of a chip that does not work, from a date on. */
export interface SensorDefect {
  readonly box: Box2I
  readonly kind: 'dead' | 'hot'
  /** ISO date, `2013-01-31`. */
  readonly since: string
}

/**
 * What is fixed about one chip: how much of the light each pixel turns into charge, the bias pattern, the dark current, the
 * defects. All planes are of the assembled chip, row-major.
 */
export interface Sensor {
  readonly detector: Detector
  readonly defects: readonly SensorDefect[]
  /** Electrons for each count that the calibrated frame should show: vignetting × sensitivity × electronsPerCount. */
  response(date: string): Float32Array
  /** ADU above the overscan level. */
  biasStructure(): Float32Array
  /** e⁻/s. */
  darkCurrent(date: string): Float32Array
  /** ADU of each amplifier's zero. */
  readonly biasLevels: readonly number[]
}

/** Size of the pixel-to-pixel differences in sensitivity. */
const PIXEL_RESPONSE = 0.004
/** Differences between the amplifiers' share of sensitivity, beyond their gains. */
const AMP_RESPONSE = 0.01

export function makeSensor(camera: SimCamera, detectorId: number, seed: string): Sensor {
  const detector = camera.instrument.camera.detector(detectorId)
  const random = new Random(`${seed}/sensor/${camera.instrument.name}/${detectorId}`)
  const defects = makeDefects(camera, detector, random.fork('defects'))
  return {
    detector,
    defects,
    biasLevels: biasLevels(detector, random.fork('level')),
    response: (date) =>
      withDead(responseOf(camera, detector, random.fork('response')), detector, defects, date),
    biasStructure: () => biasStructure(detector, random.fork('bias')),
    darkCurrent: (date) => withHot(darkOf(camera, detector, random.fork('dark')), detector, defects, date),
  }
}

const biasLevels = (detector: Detector, random: Random): readonly number[] =>
  detector.amplifiers.map(() => Math.round(random.between(1000, 1500)))

function responseOf(camera: SimCamera, detector: Detector, random: Random): Float32Array {
  const { width, height } = detector.bbox
  const out = new Float32Array(width * height)
  const noise = new NoiseStream(random.fork('pixels'))
  const row = new Float32Array(width)
  const amps = detector.amplifiers.map(() => 1 + AMP_RESPONSE * random.normal())
  const ripple = random.between(0, 2 * Math.PI)
  const place = camera.instrument.camera.placement(detector.id)
  const across = chipToFocal(place, { x: 1, y: 0 })
  const origin = chipToFocal(place, { x: 0, y: 0 })
  const [ux, uy] = [across.x - origin.x, across.y - origin.y]
  const scale = camera.electronsPerCount * camera.axisResponse
  const inverse2 = 1 / camera.vignetteRadius ** 2
  for (let y = 0; y < height; y++) {
    const start: Point2D = chipToFocal(place, { x: 0, y })
    const wave = 1 + 0.004 * Math.sin(ripple + (3 * y) / height)
    noise.fillNormal(row)
    for (const [a, { bbox }] of detector.amplifiers.entries()) {
      if (y < bbox.y0 || y > bbox.y1) continue
      const level = scale * amps[a]! * wave
      for (let x = bbox.x0; x <= bbox.x1; x++) {
        const fx = start.x + ux * x
        const fy = start.y + uy * x
        const u = (fx * fx + fy * fy) * inverse2
        out[y * width + x] = level * (1 - VIGNETTING * u * Math.sqrt(u)) * (1 + PIXEL_RESPONSE * row[x]!)
      }
    }
  }
  return out
}

/** Columns that differ by a fraction of an ADU, and rows that settle after the read-out begins. */
function biasStructure(detector: Detector, random: Random): Float32Array {
  const { width, height } = detector.bbox
  const out = new Float32Array(width * height)
  const columns = Float32Array.from({ length: width }, () => random.normal(0, 0.4))
  const settle = detector.amplifiers.map(() => random.between(1.5, 3))
  for (const [a, amp] of detector.amplifiers.entries())
    for (let y = amp.bbox.y0; y <= amp.bbox.y1; y++) {
      const rise = settle[a]! * Math.exp(-(y - amp.bbox.y0) / (0.02 * height))
      for (let x = amp.bbox.x0; x <= amp.bbox.x1; x++) out[y * width + x] = columns[x]! + rise
    }
  return out
}

/** Even, but for the glow of an output amplifier in one corner. */
function darkOf(camera: SimCamera, { bbox }: Detector, random: Random): Float32Array {
  const out = new Float32Array(bbox.area).fill(camera.darkRate)
  const corner = [random.uniform() < 0.5 ? 0 : bbox.width, random.uniform() < 0.5 ? 0 : bbox.height] as const
  const reach = 0.15 * bbox.width
  const near = (x: number, y: number) => Math.exp(-((x - corner[0]) ** 2 + (y - corner[1]) ** 2) / reach ** 2)
  const around = new Box2I(0, 0, bbox.width, bbox.height).intersect(
    Box2I.fromCorners(
      Math.floor(corner[0] - 3 * reach),
      Math.floor(corner[1] - 3 * reach),
      Math.ceil(corner[0] + 3 * reach),
      Math.ceil(corner[1] + 3 * reach),
    ),
  )
  for (let y = around.y0; y <= around.y1; y++)
    for (let x = around.x0; x <= around.x1; x++) out[y * bbox.width + x]! += 10 * camera.darkRate * near(x, y)
  return out
}

function withDead(
  out: Float32Array,
  detector: Detector,
  defects: readonly SensorDefect[],
  date: string,
): Float32Array {
  for (const { box, kind, since } of defects)
    if (kind === 'dead' && since <= date) fill(out, detector, box, 0)
  return out
}

function withHot(
  out: Float32Array,
  detector: Detector,
  defects: readonly SensorDefect[],
  date: string,
): Float32Array {
  for (const { box, kind, since } of defects)
    if (kind === 'hot' && since <= date) fill(out, detector, box, 40)
  return out
}

function fill(out: Float32Array, { bbox }: Detector, box: Box2I, value: number): void {
  const inside = box.intersect(bbox)
  for (let y = inside.y0; y <= inside.y1; y++)
    out.fill(value, y * bbox.width + inside.x0, y * bbox.width + inside.x1 + 1)
}

/** Dates from which curated defects of HSC are valid. */
export const DEFECT_DATES: readonly string[] = [
  '1970-01-01',
  '2013-01-31',
  '2014-04-03',
  '2014-06-01',
  '2015-11-06',
  '2016-04-01',
  '2016-11-22',
  '2016-12-23',
]

/**
 * Bad columns from some row to the far end, hot spots, and for HSC's detector 5 the dead corner of amplifier 2, most of
 * the 232863 BAD pixels in the tutorial's log. Some appear at later dates.
 */
function makeDefects(camera: SimCamera, { id, bbox }: Detector, random: Random): readonly SensorDefect[] {
  const scale = bbox.height / 4176
  const out: SensorDefect[] = []
  const since = (chance: number) =>
    random.uniform() < chance
      ? (DEFECT_DATES[random.integer(2, DEFECT_DATES.length - 1)] ?? '1970-01-01')
      : '1970-01-01'
  for (let n = 1 + random.poisson(2 * Math.sqrt(scale)); n > 0; n--) {
    const from = Math.floor(bbox.height * random.uniform() ** 2)
    const columns = random.uniform() < 0.75 ? 1 : 2
    const x = random.integer(3, bbox.width - 6)
    out.push({ box: new Box2I(x, from, columns, bbox.height - from), kind: 'dead', since: since(0.25) })
  }
  for (let n = random.poisson(12 * scale); n > 0; n--) {
    const size = random.integer(1, 4)
    const [x, y] = [random.integer(8, bbox.width - 9), random.integer(8, bbox.height - 9)]
    out.push({ box: new Box2I(x, y, size, size), kind: 'hot', since: since(0.25) })
  }
  if (camera.instrument.name === 'HSC' && id === 5)
    out.push({ box: new Box2I(1024, 3776, 512, 400), kind: 'dead', since: '2013-01-31' })
  return out
}

/** Those known on a date. */
export const defectsAt = (sensor: Sensor, date: string): readonly SensorDefect[] =>
  sensor.defects.filter((d) => d.since <= date)
