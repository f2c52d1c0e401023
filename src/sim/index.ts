/**
 * sim: a synthetic sky seen by a real camera. Stars and galaxies with truth tables, optics, sensors, raw files with the real
 * cards, calibration frames, reference catalogs and the demo repository. Deterministic: every random stream is forked from
 * the seed and the data ID. Nouns: Sky, SimVisit, Scene (what light came), Sensor, SimulatedFrame, SimJob, demo. It knows no tasks.
 */
export { Sky, type SimGalaxy, type SimStar, SKY_EPOCH, type SkyPatch } from './sky.ts'
export type { SimCamera, SimFilter } from './sim-camera.ts'
export { SIM_HSC, SIM_TINY } from './cameras.ts'
export { CI_HSC, type SurveyVisit, TINY_SURVEY } from './ci-hsc.ts'
export { type SimVisit, truePointing } from './visit.ts'
export { type MoffatShape } from './psf-field.ts'
export { makeScene, type Scene, type TruthSource } from './scene.ts'
export { defectsAt, makeSensor, type Sensor, type SensorDefect } from './sensor.ts'
export { type FrameSpec, rawFileBytes, simulateFrame, type SimulatedFrame } from './frame.ts'
export type { RawFrame } from './readout.ts'
export { applyBrighterFatter, brighterFatterKernel } from './brighter-fatter.ts'
export { bleedColumns } from './bleed.ts'
export { NoiseStream } from './noise.ts'
export { type Canvas, drawGaussians, drawMoffat } from './render.ts'
export { galaxyComponents, type GalaxyShape } from './galaxy-profile.ts'
export { type CalibKind, makeCalib } from './calibs.ts'
export { truthCatalog } from './truth-catalog.ts'
export { GAIA, makeRefcat, PS1, type RefSurvey } from './refcat.ts'
export { runSimJob, type SimFile, type SimJob } from './jobs.ts'
export { DEFAULT_SEED, type DemoEnvironment, type DemoOptions, type DemoSummary } from './demo/options.ts'
export { makeDemo } from './demo/make.ts'
export { planDemo } from './demo/plan.ts'
