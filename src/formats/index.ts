/**
 * formats: how values lie in files. Exposure FITS (ours, and the stack's afw layout read), catalogs as Parquet, plain
 * data as JSON and YAML, logs, configs, package lists, sky maps, arrays; each a butler Formatter under the name that the
 * stack's records use. It knows no registry and no task. Ideas: lsst.daf.butler.formatters, lsst.obs.base.formatters.
 */
export { defaultFormatters } from './registry.ts'
export {
  ExposureFile,
  type PixelOptions,
  readExposureComponent,
  readExposureFits,
} from './exposure/exposure-file.ts'
export { exposureFitsParts, writeExposureFits, type WriteExposureOptions } from './exposure/write.ts'
export type { Compression } from './exposure/pixel-hdus.ts'
export { readBackgroundFits, writeBackgroundFits } from './exposure/background-fits.ts'
export { readNpy, writeNpy } from './npy.ts'
export { parseJson, stringifyJson } from './text/json-text.ts'
export { parseYaml, stringifyYaml } from './text/yaml-text.ts'
