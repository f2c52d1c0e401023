/** algo/match: which of two lists of points are the same, by nearness. */
export { type MatchedPair, matchNearest, PointGrid, type Positions } from './nearest.ts'
