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
  constructor(field: string, reason: string, where?: Where) {
    const place = where === undefined ? '' : ` (set by ${formatWhere(where)})`
    super('config/field-validation', `Field '${field}' failed validation: ${reason}${place}`, {
      data: { field, reason, ...(where && { where: formatWhere(where) }) },
    })
  }
}

/** An attribute that a config class does not declare. */
export const unknownField = (className: string, field: string, guess: string): FirstlightError =>
  new FirstlightError('config/unknown-field', `${className} has no attribute ${field}.${guess}`, {
    data: { className, field },
  })

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
      hint: 'Config files are read, not executed: assignments of literals, load, retarget, append, extend and the like.',
      data: { file, line, column },
    })
  }
}
