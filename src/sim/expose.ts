import { Random } from '#math'
import { bleedColumns } from './bleed.ts'
import { applyBrighterFatter } from './brighter-fatter.ts'
import { drawCosmicRays } from './cosmic-rays.ts'
import type { Canvas } from './render.ts'
import type { Sensor } from './sensor.ts'
import type { SimCamera } from './sim-camera.ts'

/** How far above the level that is flagged SAT the wells are full. */
const FULL_WELL = 1.01

export interface ExposureConditions {
  /** ISO date: which defects are there. */
  readonly date: string
  readonly darkTimeSec: number
}

/**
 * Light to charge: sensitivity, dark current, brighter-fatter, blooming, cosmic rays. No noise yet.
 * @param scene calibrated counts; becomes electrons, in place
 */
export function exposeChip(
  camera: SimCamera,
  sensor: Sensor,
  scene: Canvas,
  conditions: ExposureConditions,
  random: Random,
): Canvas {
  const { data } = scene
  const response = sensor.response(conditions.date)
  const dark = sensor.darkCurrent(conditions.date)
  const seconds = conditions.darkTimeSec
  for (let i = 0; i < data.length; i++) data[i] = data[i]! * response[i]! + dark[i]! * seconds
  if (camera.brighterFatter > 0) applyBrighterFatter(scene, camera.brighterFatter)
  for (const { bbox, gain, saturation } of sensor.detector.amplifiers)
    bleedColumns(scene, bbox, FULL_WELL * saturation * gain)
  const { x, y } = sensor.detector.pixelSize
  drawCosmicRays(scene, random.fork('cosmic rays'), seconds, (scene.width * x * scene.height * y) / 100)
  return scene
}
