import { FirstlightError, type ErrorOptions } from '#core'

/** What goes wrong between a Jupyter client, a kernel and their files; codes begin with `jupyter/`. */
export class JupyterError extends FirstlightError {
  constructor(code: `jupyter/${string}`, message: string, options?: ErrorOptions) {
    super(code, message, options)
  }
}
