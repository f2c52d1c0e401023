import { FirstlightError } from '#core'

/** Where a value was set: the text shown by `--show history`. */
export interface Where {
  /** `default`, `setDefaults`, a file, `-c`, a pipeline file … */
  readonly source: string
  readonly line?: number
}

export const formatWhere = ({ source, line }: Where): string =>
  line === undefined ? source : `${source}:${line}`

/** A value that its field refuses. Code `config/field-validation`. */
export class FieldValidationError extends FirstlightError {
  readonly field: string
  readonly reason: string

  constructor(field: string, reason: string, where?: Where) {
    const place = where === undefined ? '' : ` (set by ${formatWhere(where)})`
    super('config/field-validation', `Field '${field}' failed validation: ${reason}${place}`, {
      data: { field, reason, ...(where && { where: formatWhere(where) }) },
    })
    this.field = field
    this.reason = reason
  }
}

/** An attribute that a config class does not declare. */
export const unknownField = (className: string, field: string, guess: string): FirstlightError =>
  new FirstlightError('config/unknown-field', `${className} has no attribute ${field}.${guess}`, {
    data: { className, field },
  })

/** A class that `retarget` names and nobody knows. */
export const unknownTarget = (className: string): FirstlightError =>
  new FirstlightError('config/unknown-target', `No task ${className} is known here.`, {
    hint: 'Tasks of your own are given with --task-module FILE (an ES module that exports them), or for all commands by FIRSTLIGHT_TASK_MODULES=FILE.',
    data: { className },
  })

/** The same error with the place of the statement in front. */
export function atStatement(error: FirstlightError, file: string, line: number): FirstlightError {
  if (error instanceof FieldValidationError)
    return 'where' in error.data
      ? error
      : new FieldValidationError(error.field, error.reason, { source: file, line })
  if ('line' in error.data) return error
  return new FirstlightError(error.code, `${file}:${line}: ${error.message}`, {
    cause: error,
    ...(error.hint !== undefined && { hint: error.hint }),
    data: { ...error.data, file, line },
  })
}

/** A change after `freeze`. */
export const frozenConfig = (field: string): FirstlightError =>
  new FirstlightError('config/frozen', `Cannot set '${field}': the config is frozen.`, {
    hint: 'Set it before the task is made: in the pipeline file or with -c label:field=value.',
    data: { field },
  })

/** A config file or literal that cannot be read. */
export class ConfigSyntaxError extends FirstlightError {
  constructor(message: string, file: string, line: number, column: number) {
    super('config/syntax', `${file}:${line}:${column}: ${message}`, {
      hint: 'Config files are read, not executed: assignments, expressions of values and configs, load, retarget, edits of lists, dicts and sets, del, for, if, import and assert.',
      data: { file, line, column },
    })
  }
}
