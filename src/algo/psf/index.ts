/** algo/psf: which sources are stars, their stamps, and an empirical PSF that varies over the image. */
export { DEFAULT_OBJECT_SIZE, type ObjectSizeOptions, selectStarsBySize } from './select-stars.ts'
export { cutCandidate, type PsfCandidate } from './psf-candidate.ts'
export { DEFAULT_PSF_MODEL, determinePsf, type PsfModel, type PsfModelOptions } from './determine-psf.ts'
