import { FirstlightError } from '#core'

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
