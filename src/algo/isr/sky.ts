import type { Mask, MaskedImage } from '#image'
import { clippedStats, median } from '#math'
import { cellStatistics } from '#simd'

export const medianOfUnmasked = ({ image, mask }: MaskedImage, planes: readonly string[]): number =>
  median(image.data, { mask: mask.data, bits: bitsOf(mask, planes) })

/** Of the planes that the mask knows. */
const bitsOf = (mask: Mask, planes: readonly string[]): number =>
  planes.reduce((all, name) => all | (mask.planes.has(name) ? mask.mask(name) : 0), 0)

export interface SkyLevel {
  /** Median and clipped scatter of the sky, ADU. */
  readonly level: number
  readonly sigma: number
  /** Peak to peak and rms of the mesh cells' relative departure from their median, dimensionless. */
  readonly flatnessPp: number
  readonly flatnessRms: number
  /** Median of the cell means, ADU. */
  readonly meshLevel: number
  readonly nX: number
  readonly nY: number
}

/** Sky level and flatness over a mesh of about `mesh` pixels (ip_isr `measureBackground`). */
export function measureSky(exposure: MaskedImage, mesh: number): SkyLevel {
  const planes = ['BAD', 'SAT', 'DETECTED']
  const { image, mask } = exposure
  const { stdev, median: level } = clippedStats(image.data, {
    mask: mask.data,
    bits: bitsOf(mask, planes),
    nSigma: 3,
    nIter: 3,
  })
  const { width, height } = image
  const nX = Math.max(1, Math.floor((width + mesh / 2) / mesh))
  const nY = Math.max(1, Math.floor((height + mesh / 2) / mesh))
  const cells = cellMeans(exposure, planes, mesh, nX, nY)
  const meshLevel = median(cells)
  const flat = cells.map((c) => (c - meshLevel) / meshLevel)
  const mean = flat.reduce((a, b) => a + b, 0) / flat.length
  const rms = Math.sqrt(flat.reduce((a, b) => a + (b - mean) ** 2, 0) / flat.length)
  return {
    level,
    sigma: stdev,
    flatnessPp: Math.max(...flat) - Math.min(...flat),
    flatnessRms: rms,
    meshLevel,
    nX,
    nY,
  }
}

function cellMeans(
  { image, mask }: MaskedImage,
  planes: readonly string[],
  mesh: number,
  nX: number,
  nY: number,
): Float64Array {
  const edges = (cells: number, size: number) =>
    Array.from({ length: cells + 1 }, (_, k) => Math.min(k * mesh, size))
  const { mean } = cellStatistics(
    image.data,
    mask.data,
    image,
    edges(nX, image.width),
    edges(nY, image.height),
    {
      nSigma: 3,
      nIter: 3,
      bad: bitsOf(mask, planes),
    },
  )
  return mean.filter((value) => Number.isFinite(value))
}
