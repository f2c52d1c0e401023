import { FirstlightError, type ErrorOptions, closest } from '#core'

/**
 * Errors of the butler. Each has the anchor's class name as `name`, so that tests and scripts recognise it, and a stable code.
 * `did you mean` hints are made here, once.
 */
abstract class ButlerError extends FirstlightError {}

const nearest = (name: string, known: Iterable<string>): ErrorOptions => {
  const best = closest(name, known)
  return best === undefined ? {} : { hint: `Did you mean '${best}'?` }
}

export class NotARepositoryError extends ButlerError {
  constructor(root: string, found: string, options?: ErrorOptions) {
    super('butler/not-a-repository', `'${root}' is not a data repository: ${found}.`, {
      hint: 'Name the folder that holds butler.yaml, or make one with `butler create`.',
      ...options,
    })
  }
}

export class FileExistsError extends ButlerError {
  constructor(message: string, options?: ErrorOptions) {
    super('butler/file-exists', message, options)
  }
}

export class FileNotFoundError extends ButlerError {
  constructor(message: string, options?: ErrorOptions) {
    super('butler/file-not-found', message, options)
  }
}

export class IncompatibleVersionError extends ButlerError {
  constructor(message: string, options?: ErrorOptions) {
    super('butler/incompatible-version', message, options)
  }
}

export class InconsistentUniverseError extends ButlerError {
  constructor(message: string, options?: ErrorOptions) {
    super('butler/inconsistent-universe', message, options)
  }
}

export class ReadOnlyError extends ButlerError {
  constructor(what: string) {
    super('butler/read-only', `Cannot ${what}: the butler was opened for reading only.`, {
      hint: 'Open it with { writeable: true } or give it a run.',
    })
  }
}

export class MissingCollectionError extends ButlerError {
  constructor(name: string, known: Iterable<string> = [], options: ErrorOptions = {}) {
    super('butler/missing-collection', `No collection with name '${name}' found.`, {
      ...nearest(name, known),
      ...options,
      data: { collection: name },
    })
  }
}

export class CollectionTypeError extends ButlerError {
  constructor(message: string, options?: ErrorOptions) {
    super('butler/collection-type', message, options)
  }
}

export class CollectionCycleError extends ButlerError {
  constructor(message: string, options?: ErrorOptions) {
    super('butler/collection-cycle', message, options)
  }
}

export class CollectionExpressionError extends ButlerError {
  constructor(message: string, options?: ErrorOptions) {
    super('butler/collection-expression', message, options)
  }
}

export class NoDefaultCollectionError extends ButlerError {
  constructor(message: string, options?: ErrorOptions) {
    super('butler/no-default-collection', message, {
      hint: 'Give collections (or a run) to the call, or when the butler is opened.',
      ...options,
    })
  }
}

export class OrphanedRecordError extends ButlerError {
  constructor(message: string, options?: ErrorOptions) {
    super('butler/orphaned-record', message, options)
  }
}

export class ConflictingDefinitionError extends ButlerError {
  constructor(message: string, options?: ErrorOptions) {
    super('butler/conflicting-definition', message, options)
  }
}

export class MissingDatasetTypeError extends ButlerError {
  constructor(name: string, known: Iterable<string> = [], options: ErrorOptions = {}) {
    super('butler/missing-dataset-type', `Dataset type '${name}' does not exist.`, {
      ...nearest(name, known),
      ...options,
      data: { datasetType: name },
    })
  }
}

export class DatasetTypeError extends ButlerError {
  constructor(message: string, options?: ErrorOptions) {
    super('butler/dataset-type', message, options)
  }
}

/** A name or glob that cannot mean dataset types. */
export class DatasetTypeExpressionError extends ButlerError {
  constructor(message: string, options?: ErrorOptions) {
    super('butler/dataset-type-expression', message, options)
  }
}

export class DatasetNotFoundError extends ButlerError {
  constructor(message: string, options?: ErrorOptions) {
    super('butler/dataset-not-found', message, options)
  }
}

export class UnknownComponentError extends ButlerError {
  constructor(component: string, storageClass: string, known: readonly string[]) {
    super(
      'butler/unknown-component',
      `Component '${component}' is not understood by storage class ${storageClass}.`,
      {
        hint: known.length === 0 ? `${storageClass} has no components.` : `It has ${known.join(', ')}.`,
        data: { component, storageClass },
      },
    )
  }
}

export class ParameterError extends ButlerError {
  constructor(message: string, options?: ErrorOptions) {
    super('butler/parameter', message, options)
  }
}

export class StorageClassError extends ButlerError {
  constructor(message: string, options?: ErrorOptions) {
    super('butler/storage-class', message, options)
  }
}

export class FormatterError extends ButlerError {
  constructor(message: string, options?: ErrorOptions) {
    super('butler/formatter', message, options)
  }
}

export class CalibrationLookupError extends ButlerError {
  constructor(message: string, options?: ErrorOptions) {
    super('butler/calibration-lookup', message, options)
  }
}

export class DimensionNameError extends ButlerError {
  constructor(message: string, options?: ErrorOptions) {
    super('butler/dimension-name', message, options)
  }
}

export class DimensionValueError extends ButlerError {
  constructor(message: string, options?: ErrorOptions) {
    super('butler/dimension-value', message, options)
  }
}

export class DataIdValueError extends ButlerError {
  constructor(message: string, options?: ErrorOptions) {
    super('butler/data-id-value', message, options)
  }
}

export class InconsistentDataIdError extends ButlerError {
  constructor(message: string, options?: ErrorOptions) {
    super('butler/inconsistent-data-id', message, options)
  }
}

export class InvalidQueryError extends ButlerError {
  constructor(message: string, options?: ErrorOptions) {
    super('butler/invalid-query', message, options)
  }
}

export class UnimplementedQueryError extends ButlerError {
  constructor(message: string, options?: ErrorOptions) {
    super('butler/unimplemented-query', message, options)
  }
}

export class EmptyQueryResultError extends ButlerError {
  constructor(reasons: readonly string[]) {
    super('butler/empty-result', ['Possible reasons for empty result:', ...reasons].join('\n'), {
      data: { reasons },
    })
  }
}

/** A wrong argument: not one of the above, and not the repository's fault. */
export class ArgumentError extends ButlerError {
  constructor(message: string, options?: ErrorOptions) {
    super('butler/argument', message, options)
  }
}

/** A dimension record that cannot be stored: a wrong field, a missing parent row, a key that is taken. */
export class DimensionRecordError extends ButlerError {
  constructor(message: string, options?: ErrorOptions) {
    super('butler/dimension-record', message, options)
  }
}

/** A file template that cannot be used, or lacks what it names. */
export class TemplateError extends ButlerError {
  constructor(message: string, options?: ErrorOptions) {
    super('butler/file-template', message, options)
  }
}

/** A butler.yaml that cannot be used. */
export class RepositoryConfigError extends ButlerError {
  constructor(message: string, options?: ErrorOptions) {
    super('butler/config', message, options)
  }
}

/** A part of a dataset where only whole datasets go. */
export class DatasetTypeNotSupportedError extends ButlerError {
  constructor(message: string, options?: ErrorOptions) {
    super('butler/dataset-type-not-supported', message, options)
  }
}

/** An export file that cannot be read, or does not fit the repository. */
export class ImportError extends ButlerError {
  constructor(message: string, options?: ErrorOptions) {
    super('butler/import', message, options)
  }
}
