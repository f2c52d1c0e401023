/** Largest side of one texture. */
export const TILE = 2048

/** One resolution of an image: level k has pixels of 2^k × 2^k original ones. */
export interface Level {
  readonly width: number
  readonly height: number
  readonly image: Float32Array
  readonly mask: Int32Array | undefined
}

/** The pixel array of a level below: means of 2×2 finite pixels; odd edges average what there is. NaN where none is. */
export function halveImage(source: Float32Array, width: number, height: number): Float32Array {
  const [w, hgt] = [(width + 1) >> 1, (height + 1) >> 1]
  const out = new Float32Array(w * hgt)
  for (let y = 0; y < hgt; y++) {
    const row = 2 * y * width
    const next = 2 * y + 1 < height ? row + width : row
    for (let x = 0; x < w; x++) {
      const right = 2 * x + 1 < width ? 2 * x + 1 : 2 * x
      const [a, b, c, d] = [
        source[row + 2 * x]!,
        source[row + right]!,
        source[next + 2 * x]!,
        source[next + right]!,
      ]
      const sum = a + b + c + d
      out[y * w + x] = Number.isFinite(sum) ? sum / 4 : meanOfFinite(a, b, c, d)
    }
  }
  return out
}

/** Mask bits of the level below: a bit is set where any of the four pixels has it. */
export function halveMask(source: Int32Array, width: number, height: number): Int32Array {
  const [w, hgt] = [(width + 1) >> 1, (height + 1) >> 1]
  const out = new Int32Array(w * hgt)
  for (let y = 0; y < hgt; y++) {
    const row = 2 * y * width
    const next = 2 * y + 1 < height ? row + width : row
    for (let x = 0; x < w; x++) {
      const right = 2 * x + 1 < width ? 2 * x + 1 : 2 * x
      out[y * w + x] =
        source[row + 2 * x]! | source[row + right]! | source[next + 2 * x]! | source[next + right]!
    }
  }
  return out
}

/** Levels of an image, made when first asked for. */
export class Pyramid {
  readonly #levels: Level[]

  constructor(image: Float32Array, mask: Int32Array | undefined, width: number, height: number) {
    this.#levels = [{ width, height, image, mask }]
  }

  get base(): Level {
    return this.#levels[0]!
  }

  level(k: number): Level {
    for (let i = this.#levels.length; i <= k; i++) {
      const { width, height, image, mask } = this.#levels[i - 1]!
      this.#levels.push({
        width: (width + 1) >> 1,
        height: (height + 1) >> 1,
        image: halveImage(image, width, height),
        mask: mask && halveMask(mask, width, height),
      })
    }
    return this.#levels[k]!
  }

  /** The level whose pixels are about one screen pixel at this zoom (screen pixels per image pixel). */
  levelFor(zoom: number): number {
    const deepest = Math.max(0, Math.ceil(Math.log2(Math.max(this.base.width, this.base.height))) - 4)
    return Math.min(deepest, Math.max(0, Math.round(Math.log2(1 / zoom) - 0.2)))
  }

  setMask(mask: Int32Array): void {
    const { width, height, image } = this.base
    this.#levels.splice(0, this.#levels.length, { width, height, image, mask })
  }
}

/** Rectangle of a level that fits one texture. */
export interface Tile {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export function tilesOf({ width, height }: Pick<Level, 'width' | 'height'>): Tile[] {
  const tiles: Tile[] = []
  for (let y = 0; y < height; y += TILE) {
    for (let x = 0; x < width; x += TILE) {
      tiles.push({ x, y, width: Math.min(TILE, width - x), height: Math.min(TILE, height - y) })
    }
  }
  return tiles
}

function meanOfFinite(...values: number[]): number {
  const finite = values.filter(Number.isFinite)
  return finite.reduce((sum, value) => sum + value, 0) / finite.length
}
