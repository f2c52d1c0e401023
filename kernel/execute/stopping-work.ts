/** Work that an abort brings to a tidy end of its own. How much of it there is in the thread stands in shared memory, for the interrupter. */
export class StoppingWork implements Iterable<Promise<unknown>> {
  readonly #all = new Set<Promise<unknown>>()
  readonly #shared: Int32Array

  /** @param shared one number, which all cells of the thread count in */
  constructor(shared: Int32Array = new Int32Array(1)) {
    this.#shared = shared
  }

  get size(): number {
    return this.#all.size
  }

  add(work: Promise<unknown>): void {
    this.#all.add(work)
    Atomics.add(this.#shared, 0, 1)
  }

  delete(work: Promise<unknown>): void {
    if (this.#all.delete(work)) Atomics.sub(this.#shared, 0, 1)
  }

  /** Wait for work that V8 must not stop halfway, and that ends soon by itself. */
  async during<T>(work: Promise<T>): Promise<T> {
    this.add(work)
    try {
      return await work
    } finally {
      this.delete(work)
    }
  }

  /** The cell has ended: what never will is waited for no more. */
  clear(): void {
    for (const work of this.#all) this.delete(work)
  }

  [Symbol.iterator](): Iterator<Promise<unknown>> {
    return this.#all[Symbol.iterator]()
  }
}
