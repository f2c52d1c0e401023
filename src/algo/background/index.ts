/** algo/background: the smooth background of an image from clipped statistics of cells. */
export {
  type BackgroundOptions,
  DEFAULT_BACKGROUND,
  fitBackground,
  subtractBackground,
} from './fit-background.ts'
export { sampleStatistics } from './sample-statistics.ts'
