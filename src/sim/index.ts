/**
 * sim: a synthetic sky seen by a real camera. Stars and galaxies with truth tables, optics, sensors, raw files with the real
 * cards, calibration frames, reference catalogs and the demo repository. Deterministic: every random stream is forked from
 * the seed and the data ID. Nouns: Sky, Pointing, FrameSimulation, Demo. It knows no tasks.
 */
export type { DemoOptions, DemoSummary } from './demo.ts'
