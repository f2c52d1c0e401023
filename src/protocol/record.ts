/** A labelled value of a record; `doc` is shown on demand. */
export interface RecordFact {
  readonly label: string
  readonly value: string
  readonly doc?: string
}

/** A branch or leaf of a record's tree. */
export interface RecordNode {
  readonly label: string
  readonly value?: string
  /** Said in smaller letters behind: a count, a type. */
  readonly note?: string
  readonly children?: readonly RecordNode[]
  /** Shown open at first. */
  readonly open?: boolean
}

/**
 * What the output cell of a small object holds (a WCS, a detector, metadata, a sky map, a repository): everything that a
 * view needs, so that nothing is fetched.
 */
export interface RecordDisplay {
  readonly title: string
  readonly subtitle?: string
  readonly facts: readonly RecordFact[]
  /** Base64 PNG; drawn `width` by `height` CSS pixels, unsmoothed. */
  readonly picture?: {
    readonly png: string
    readonly width: number
    readonly height: number
    readonly alt: string
  }
  readonly tree?: readonly RecordNode[]
}
