import { Footprint, type Image, type Peak } from '#image'

export interface SplitOptions {
  /** A branch counts when its flux above the saddle is this fraction of the whole object's flux. */
  readonly contrast: number
  readonly minPixels: number
}

/**
 * Split an object at its saddles: going down from the brightest pixel, two branches that meet stay separate objects when
 * both hold at least `contrast` of the object's flux above the saddle; else the fainter joins the other. Pixels below
 * the saddle go to the branch of their brightest neighbour.
 *
 * This is SExtractor's multi-threshold tree (Bertin & Arnouts 1996, §6) in the limit of infinitely many levels, with a
 * watershed instead of its bivariate Gaussians for the pixels between branches.
 * @returns one footprint a branch, brightest peak first; the footprint itself when it does not split
 */
export function splitFootprint(
  image: Image,
  footprint: Footprint,
  { contrast, minPixels }: SplitOptions,
): Footprint[] {
  if (footprint.peaks.length < 2) return [footprint]
  const pixels = new ObjectPixels(image, footprint)
  const labels = pixels.flood(contrast, minPixels)
  return labels === undefined ? [footprint] : pixels.cut(labels)
}

/** The pixels of one footprint in its bounding box; −1 outside. */
class ObjectPixels {
  readonly #image: Image
  readonly #footprint: Footprint
  readonly #width: number
  /** Box pixels with a rim of one, true inside the footprint. */
  readonly #inside: Uint8Array
  readonly #value: Float32Array
  #total = 0

  constructor(image: Image, footprint: Footprint) {
    const { bbox, spans } = footprint
    this.#image = image
    this.#footprint = footprint
    this.#width = bbox.width + 2
    this.#inside = new Uint8Array(this.#width * (bbox.height + 2))
    this.#value = new Float32Array(this.#inside.length)
    for (let i = 0; i < spans.length; i += 3) {
      const from = image.index(spans[i + 1]!, spans[i]!)
      const to = this.#at(spans[i + 1]!, spans[i]!)
      for (let k = 0; k <= spans[i + 2]! - spans[i + 1]!; k++) {
        this.#inside[to + k] = 1
        this.#value[to + k] = image.data[from + k]!
        this.#total += image.data[from + k]!
      }
    }
  }

  #at(x: number, y: number): number {
    const { x0, y0 } = this.#footprint.bbox
    return (y - y0 + 1) * this.#width + (x - x0 + 1)
  }

  /** Label each pixel with its branch (1, 2 …); undefined when there is only one. */
  flood(contrast: number, minPixels: number): Int32Array | undefined {
    const value = this.#value
    const order = this.#brightestFirst()
    const w = this.#width
    const around = [-1, 1, -w, w, -w - 1, -w + 1, w - 1, w + 1]
    const label = new Int32Array(value.length)
    // Branch b: labels joined into it point to it; component: branches that the flood has connected.
    const branch: number[] = [0]
    const component: number[] = [0]
    const flux: number[] = [0]
    const size: number[] = [0]
    const split: boolean[] = [false]
    const rootOf = (links: number[], i: number): number => {
      let root = i
      while (links[root] !== root) root = links[root]!
      links[i] = root
      return root
    }
    for (const p of order) {
      let brightest = -1
      for (const d of around) {
        const q = p + d
        if (label[q] !== 0 && (brightest < 0 || value[q]! > value[brightest]!)) brightest = q
      }
      if (brightest < 0) {
        const fresh = branch.length
        branch.push(fresh)
        component.push(fresh)
        flux.push(value[p]!)
        size.push(1)
        split.push(false)
        label[p] = fresh
        continue
      }
      const own = rootOf(branch, label[brightest]!)
      label[p] = own
      let home = rootOf(component, own)
      for (const d of around) {
        if (label[p + d] === 0) continue
        const otherBranch = rootOf(branch, label[p + d]!)
        const other = rootOf(component, otherBranch)
        if (other === home) continue
        const level = value[p]!
        const counts = (c: number) =>
          split[c]! || (flux[c]! - size[c]! * level > contrast * this.#total && size[c]! >= minPixels)
        const [a, b] = [counts(home), counts(other)]
        if (a && b) split[home] = true
        // The branch that does not count becomes part of the one it touches here.
        else if (b && !a) branch[rootOf(branch, own)] = otherBranch
        else branch[otherBranch] = rootOf(branch, own)
        const stays = b && !a ? other : home
        const goes = stays === home ? other : home
        split[stays] = split[stays]! || split[goes]!
        flux[stays]! += flux[goes]!
        size[stays]! += size[goes]!
        component[goes] = stays
        home = stays
      }
      flux[home]! += value[p]!
      size[home]! += 1
    }
    const roots = new Map<number, number>()
    for (const p of order) {
      const root = rootOf(branch, label[p]!)
      if (!roots.has(root)) roots.set(root, roots.size + 1)
      label[p] = roots.get(root)!
    }
    return roots.size > 1 ? label : undefined
  }

  #brightestFirst(): Int32Array {
    const value = this.#value
    const order = new Int32Array(this.#footprint.area)
    let n = 0
    for (let i = 0; i < value.length; i++) if (this.#inside[i] === 1) order[n++] = i
    return order.sort((a, b) => value[b]! - value[a]! || a - b)
  }

  /** Footprints of the labels, in order of label, which is that of their brightest pixels. */
  cut(labels: Int32Array): Footprint[] {
    const runs: number[][] = []
    const { spans } = this.#footprint
    for (let i = 0; i < spans.length; i += 3) {
      const y = spans[i]!
      const row = this.#at(0, y)
      for (let x = spans[i + 1]!; x <= spans[i + 2]!; ) {
        const own = labels[row + x]!
        let end = x
        while (end < spans[i + 2]! && labels[row + end + 1] === own) end++
        const list = (runs[own - 1] ??= [])
        list.push(y, x, end)
        x = end + 1
      }
    }
    const peaks: Peak[][] = runs.map(() => [])
    for (const peak of this.#footprint.peaks) peaks[labels[this.#at(peak.ix, peak.iy)]! - 1]!.push(peak)
    return runs.map((own, k) => {
      const part = new Footprint(Int32Array.from(own))
      const kept = peaks[k]!.map((peak, i) => ({ ...peak, id: i + 1 }))
      return part.withPeaks(kept.length > 0 ? kept : [this.#brightestOf(own)])
    })
  }

  #brightestOf(runs: readonly number[]): Peak {
    let best = { x: runs[1]!, y: runs[0]!, value: -Infinity }
    for (let i = 0; i < runs.length; i += 3)
      for (let x = runs[i + 1]!; x <= runs[i + 2]!; x++) {
        const value = this.#image.get(x, runs[i]!)
        if (value > best.value) best = { x, y: runs[i]!, value }
      }
    return { id: 1, ix: best.x, iy: best.y, x: best.x, y: best.y, value: best.value }
  }
}
