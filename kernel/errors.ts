import { FirstlightError, type ErrorOptions } from '#core'

/** What a cell, a magic or a display can do wrong; codes begin with `kernel/`. */
export class KernelError extends FirstlightError {
  constructor(code: `kernel/${string}`, message: string, options?: ErrorOptions) {
    super(code, message, options)
  }
}

/** Ends a cell that the user interrupted. Its name is what front ends show. */
export class KernelInterrupt extends Error {
  constructor() {
    super('Interrupted')
    this.name = 'KernelInterrupt'
  }
}
