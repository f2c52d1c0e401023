import { FirstlightError, messageOf } from '#core'

/** A frame that does not belong to the instrument it was given to. */
export class WrongInstrumentError extends FirstlightError {
  static readonly code = 'obs/wrong-instrument'
  constructor(file: string, wanted: string, found: string) {
    super(WrongInstrumentError.code, `${file}: this raw belongs to ${found}, not to ${wanted}.`, {
      hint: `Ingest it into a repository where ${found} is registered, or leave it out of the list.`,
      data: { file, wanted, found },
    })
  }
}

/** A header without a card that the translation cannot do without, or with one that makes no sense. */
export class HeaderTranslationError extends FirstlightError {
  static readonly code = 'obs/bad-header'
  constructor(where: string, card: string, wanted: string, found: string | undefined) {
    super(
      HeaderTranslationError.code,
      `${where}: card ${card} should be ${wanted}, ${found === undefined ? 'but it is missing' : `found '${found}'`}.`,
      { data: { card, wanted, ...(found !== undefined && { found }) } },
    )
  }
}

/** Raws of an instrument that the repository has not been told about. */
export class UnregisteredInstrumentError extends FirstlightError {
  static readonly code = 'obs/unregistered-instrument'
  constructor(instrument: string, known: readonly string[]) {
    super(
      UnregisteredInstrumentError.code,
      `These are raws of ${instrument}, which is not registered in this repository (${known.length === 0 ? 'no instrument is' : `registered: ${known.join(', ')}`}).`,
      { hint: `Run 'butler register-instrument' for ${instrument} first.`, data: { instrument, known } },
    )
  }
}

/** Files that could not be ingested; nothing was. */
export class IngestError extends FirstlightError {
  static readonly code = 'obs/ingest-failed'
  constructor(failed: readonly { readonly path: string; readonly error: unknown }[], total: number) {
    const lines = failed.slice(0, 10).map(({ path, error }) => {
      const message = messageOf(error)
      return message.includes(path) ? message : `${path}: ${message}`
    })
    const more = failed.length > 10 ? `\n… and ${failed.length - 10} more` : ''
    super(
      IngestError.code,
      `${failed.length} of ${total} files cannot be ingested; nothing was.\n${lines.join('\n')}${more}`,
      {
        cause: failed[0]?.error,
        hint: 'Leave these files out, or ask for the good ones alone.',
        data: { failed: failed.map((f) => f.path) },
      },
    )
  }
}
