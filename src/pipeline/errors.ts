import { type ErrorOptions, FirstlightError } from '#core'

/** Errors that end a quantum in a particular way; every other error thrown by a task is a failure of its quantum. */
export abstract class QuantumError extends FirstlightError {}

/** There is nothing to do: the quantum succeeds without outputs. */
export class NoWorkFound extends QuantumError {
  constructor(message: string, options?: ErrorOptions) {
    super('pipeline/no-work-found', message, options)
  }
}

/** As NoWorkFound, when the reason is that something upstream went wrong. */
export class UpstreamFailureNoWorkFound extends QuantumError {
  constructor(message: string, options?: ErrorOptions) {
    super('pipeline/upstream-no-work-found', message, options)
  }
}

/** The task's method could not cope with these data; `metadata` goes into the task's metadata. */
export class AlgorithmError extends QuantumError {
  readonly metadata: Readonly<Record<string, unknown>>
  constructor(
    message: string,
    metadata: Readonly<Record<string, unknown>> = {},
    code = 'pipeline/algorithm',
  ) {
    super(code, message, { data: { metadata } })
    this.metadata = metadata
  }
}

/** Nobody could process these data: success without outputs, with a caveat. */
export class UnprocessableDataError extends AlgorithmError {
  constructor(message: string, metadata: Readonly<Record<string, unknown>> = {}) {
    super(message, metadata, 'pipeline/unprocessable-data')
  }
}

/** Some outputs were written and say in their own metadata what is missing. `cause` is the algorithm's error. */
export class AnnotatedPartialOutputsError extends QuantumError {
  constructor(message: string, options?: ErrorOptions) {
    super('pipeline/partial-outputs', message, options)
  }
}

/** Would fail again in the same way on any machine: the process ends with exit code 20. */
export class RepeatableQuantumError extends QuantumError {
  static readonly exitCode = 20
  constructor(message: string, options?: ErrorOptions) {
    super('pipeline/repeatable', message, options)
  }
}

/** The quantum itself is broken: the whole run stops, with exit code 21. */
export class InvalidQuantumError extends QuantumError {
  static readonly exitCode = 21
  constructor(message: string, options?: ErrorOptions) {
    super('pipeline/invalid-quantum', message, options)
  }
}

/** Something wrong in a pipeline file. `data` has file, line and column. */
export class PipelineSyntaxError extends FirstlightError {
  constructor(
    message: string,
    place: { file: string; line?: number; column?: number },
    options: ErrorOptions = {},
  ) {
    const where = [place.file, place.line, place.column].filter((x) => x !== undefined).join(':')
    super('pipeline/syntax', `${where}: ${message}`, { ...options, data: { ...place, ...options.data } })
  }
}

export const pipelineError = (code: string, message: string, options?: ErrorOptions): FirstlightError =>
  new FirstlightError(`pipeline/${code}`, message, options)

/** What a task reads once is nowhere. */
export const missingInitInput = (label: string, datasetType: string, where: string | undefined): Error =>
  pipelineError(
    'missing-init-input',
    `Task '${label}' needs ${datasetType}, which is not in ${where ?? 'the graph'}.`,
    {
      hint: 'Run the task that makes it in the same pipeline, or add a collection that has it with -i.',
    },
  )
