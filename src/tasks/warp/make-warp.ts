import { overlap } from '#algo'
import type { Box2I } from '#geom'
import {
  type BackgroundList,
  type CoaddInput,
  CoaddPsf,
  Exposure,
  type Image,
  MaskedImage,
  PhotoCalib,
} from '#image'
import { NoWorkFound, type TaskContext } from '#pipeline'
import type { SkyWcs } from '#wcs'
import { type MakeWarpConfig, orderOf } from './config.ts'
import { notCalibrated } from './errors.ts'

/** One calexp of the visit, read when it is known to touch the patch. */
export interface WarpInput {
  /** Number of the image, kept with the PSF. */
  readonly id: bigint
  /** For messages. */
  readonly name: string
  readonly bbox: () => Promise<Box2I>
  readonly wcs: () => Promise<SkyWcs | undefined>
  /** With the pixels of a part of it, which may be written: they are nobody else's. */
  readonly exposure: (part: Box2I) => Promise<Exposure>
  readonly background: () => Promise<BackgroundList | undefined>
  readonly skyCorr: () => Promise<BackgroundList | undefined>
}

/** Where the warp goes: a patch's outer box in the pixels of its tract. */
export interface WarpTarget {
  readonly bbox: Box2I
  readonly wcs: SkyWcs
  readonly patch: number
}

/**
 * Resample the calexps of one visit to a patch, each to the scale of the first one's calibration; where chips overlap the later
 * one wins, as in the stack.
 * @throws NoWorkFound when no chip reaches the patch; FirstlightError 'tasks/not-calibrated'
 * @see lsst.pipe.tasks.makeCoaddTempExp.MakeWarpTask, October 2020: the direct warp
 */
export async function makeWarp(
  inputs: readonly WarpInput[],
  target: WarpTarget,
  context: TaskContext<MakeWarpConfig>,
): Promise<Exposure> {
  const { config, log, metadata } = context
  const chosen = await selectTouching(inputs, target)
  log.info(`Selected ${chosen.length} calexps for patch ${target.patch}`)
  const warp = blank(target.bbox)
  const parts: CoaddInput[] = []
  let first: Exposure | undefined
  for (const [k, { input, part, bbox }] of chosen.entries()) {
    context.signal.throwIfAborted()
    log.info(`Processing calexp ${k + 1} of ${chosen.length} for this Warp: id=${input.name}`)
    const exposure = await input.exposure(part)
    const { wcs, psf, photoCalib } = exposure
    if (wcs === undefined || psf === undefined || photoCalib === undefined) throw notCalibrated(input.name)
    const pixels = await calibrated(
      exposure,
      input,
      photoCalib.mean / (first?.photoCalib?.mean ?? photoCalib.mean),
      config,
    )
    const { pixels: warped } = context.subtask('warpAndPsfMatch').run(pixels, wcs, target.bbox, target.wcs)
    const goodPixels = copyGood(warped, warp, config.badMaskPlanes)
    first ??= exposure
    if (goodPixels === 0) continue
    const { validPolygon } = exposure
    parts.push({
      id: input.id,
      psf,
      wcs,
      bbox,
      weight: 1,
      goodPixels,
      ...(validPolygon && { validPolygon }),
    })
  }
  const total = parts.reduce((sum, part) => sum + part.goodPixels, 0)
  log.info(`directWarp has ${total} good pixels (${((100 * total) / target.bbox.area).toFixed(1)}%)`)
  metadata.set('goodPixels', total)
  if (total === 0 && !config.doWriteEmptyWarps)
    throw new NoWorkFound(`No calexp of the visit has a good pixel on patch ${target.patch}.`)
  return finish(warp, first, parts, target, orderOf(config.coaddPsf.warpingKernelName))
}

interface Chosen {
  readonly input: WarpInput
  readonly bbox: Box2I
  /** The pixels that the patch needs, with what the widest kernel sees around them. */
  readonly part: Box2I
}

const KERNEL_MARGIN = 8

/** Those whose pixels, and not only their padded region, reach the patch. */
async function selectTouching(inputs: readonly WarpInput[], target: WarpTarget): Promise<readonly Chosen[]> {
  const chosen: Chosen[] = []
  for (const input of inputs) {
    const wcs = await input.wcs()
    if (wcs === undefined) throw notCalibrated(input.name)
    const bbox = await input.bbox()
    if (overlap(bbox, wcs, target.bbox, target.wcs).isEmpty) continue
    const part = overlap(target.bbox, target.wcs, bbox, wcs).grow(KERNEL_MARGIN).intersect(bbox)
    if (!part.isEmpty) chosen.push({ input, bbox, part })
  }
  return chosen
}

/** The pixels with backgrounds as the config wants them, times `scale` and the calibration's variation; in place. */
async function calibrated(
  { maskedImage, photoCalib }: Exposure,
  { background, skyCorr }: WarpInput,
  scale: number,
  config: MakeWarpConfig,
): Promise<MaskedImage> {
  const surface = async (list: Promise<BackgroundList | undefined>) =>
    (await list)?.image()?.subimage(maskedImage.bbox)
  if (!config.bgSubtracted) addImage(maskedImage.image, await surface(background()), 1)
  if (config.doApplySkyCorr) addImage(maskedImage.image, await surface(skyCorr()), -1)
  if (scale !== 1 || photoCalib?.field) multiply(maskedImage, scale, photoCalib)
  return maskedImage
}

function addImage({ data }: Image, other: Image | undefined, factor: number): void {
  if (other === undefined) return
  for (let i = 0; i < data.length; i++) data[i]! += factor * other.data[i]!
}

function multiply({ image, variance }: MaskedImage, scale: number, photoCalib: PhotoCalib | undefined): void {
  const field = photoCalib?.field
  for (let row = 0, i = 0; row < image.height; row++)
    for (let column = 0; column < image.width; column++, i++) {
      const factor = scale * (field ? field.evaluate(image.x0 + column, image.y0 + row) : 1)
      image.data[i]! *= factor
      variance.data[i]! *= factor * factor
    }
}

function blank(box: Box2I): MaskedImage {
  const warp = MaskedImage.ofBox(box)
  warp.image.fill(Number.NaN)
  warp.variance.fill(Number.POSITIVE_INFINITY)
  warp.mask.data.fill(warp.mask.mask('NO_DATA'))
  return warp
}

/** Copy the pixels without bad planes. @returns how many */
function copyGood(from: MaskedImage, to: MaskedImage, badPlanes: readonly string[]): number {
  const bad = from.mask.mask(...badPlanes.filter((name) => from.mask.planes.has(name)))
  const mask = from.mask.remapped(to.mask.planes)
  to.mask.planes = mask.planes
  let copied = 0
  for (let i = 0; i < from.mask.data.length; i++) {
    if ((from.mask.data[i]! & bad) !== 0) continue
    to.image.data[i] = from.image.data[i]!
    to.variance.data[i] = from.variance.data[i]!
    to.mask.data[i] = mask.data[i]!
    copied++
  }
  return copied
}

/** The warp with what is common to the visit, and the PSFs of its chips. */
function finish(
  pixels: MaskedImage,
  first: Exposure | undefined,
  parts: readonly CoaddInput[],
  { wcs }: WarpTarget,
  order: number,
): Exposure {
  const { photoCalib, filter, visitInfo, unit } = first ?? {}
  return new Exposure(pixels, {
    wcs,
    ...(parts.length > 0 && { psf: new CoaddPsf(parts, wcs, order) }),
    ...(photoCalib && { photoCalib: new PhotoCalib(photoCalib.mean, photoCalib.error) }),
    ...(filter && { filter }),
    ...(visitInfo && { visitInfo }),
    ...(unit !== undefined && { unit }),
  })
}
