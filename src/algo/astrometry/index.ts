/** algo/astrometry: where an image looks, from its sources and a reference catalog. */
export {
  DEFAULT_PATTERN_MATCH,
  matchPatterns,
  type PatternMatch,
  type PatternMatchOptions,
} from './match-patterns.ts'
export { fitRigid, type RigidMap } from './rigid.ts'
export {
  type AstrometricReferences,
  type AstrometricSources,
  type AstrometryOptions,
  type AstrometrySolution,
  DEFAULT_ASTROMETRY,
  solveAstrometry,
} from './solve.ts'
