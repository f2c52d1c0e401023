import { FirstlightError } from '#core'

/** A refusal with its HTTP status; the message goes to the client as it is, so it names no folder outside the root. */
export class HttpError extends FirstlightError {
  readonly status: number

  constructor(status: number, message: string, code: string = CODES[status] ?? 'server/error') {
    super(code, message)
    this.status = status
  }
}

const CODES: Readonly<Record<number, string>> = {
  400: 'server/bad-request',
  403: 'server/forbidden',
  404: 'server/not-found',
  409: 'server/conflict',
  413: 'server/too-large',
}

export const badRequest = (message: string) => new HttpError(400, message)
export const forbidden = (message: string) => new HttpError(403, message)
export const notFound = (message: string) => new HttpError(404, message)

/** The port is taken by another program. */
export const portBusy = (port: number, cause: unknown) =>
  new FirstlightError('server/port-busy', `Port ${port} of 127.0.0.1 is already in use.`, {
    cause,
    hint: `Stop the program that holds it, or choose another: firstlight start --port ${port + 1} (0 takes any free one).`,
    data: { port },
  })
