/** A value that a field had, and what set it. */
export interface ConfigHistoryEntry {
  readonly value: string
  readonly where: string
}

/** One field of a config, as a form shows it. */
export interface ConfigFieldDisplay {
  readonly name: string
  /** From the root of the config; what an override names. */
  readonly path: string
  /** `bool`, `list of str` … */
  readonly type: string
  readonly doc: string
  /** As it is typed: of strings without quotes, else a Python literal. Absent where only what is below can be set. */
  readonly text?: string
  /** The text without any change. */
  readonly preset?: string
  readonly isChanged: boolean
  readonly optional: boolean
  readonly deprecated?: string
  /** What may be chosen, with what it means; `multiple` of them at once. */
  readonly choices?: readonly (readonly [value: string, doc: string])[]
  readonly multiple?: boolean
  /** Bounds: `[0.0,10.0)`. */
  readonly range?: string
  /** What set it, oldest first; absent where nothing but the default did. */
  readonly history?: readonly ConfigHistoryEntry[]
  readonly parts?: readonly ConfigPartDisplay[]
}

/** A config within a field. */
export interface ConfigPartDisplay {
  /** Key or name of the entry; empty where a field has one config only. */
  readonly name: string
  readonly className: string
  /** False for entries of a choice that are not chosen. */
  readonly isActive: boolean
  readonly fields: readonly ConfigFieldDisplay[]
}

/** A config with its declared fields: what a form is made from. */
export interface ConfigDisplay {
  readonly objectId: string
  readonly className: string
  /** Label of the task whose config it is; overrides are then those of a command line. */
  readonly label?: string
  /** Changes can be written down, and not applied. */
  readonly isFrozen: boolean
  readonly fields: readonly ConfigFieldDisplay[]
}

/** A change of a form: a field and what was typed. */
export interface ConfigEdit {
  readonly path: string
  readonly text: string
}

/** What changes come to. */
export interface ConfigAnswer {
  readonly config: ConfigDisplay
  /** One line of a config file, or one option of a command line, a change. */
  readonly overrides: readonly string[]
  /** What is wrong with the config as a whole. */
  readonly problem?: string
}
