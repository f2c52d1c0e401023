import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../language/package-root.ts'

/** What pipelines and commands may say, as `tools/build-kernel-words.mjs` wrote it. */
export interface Words {
  readonly tasks: readonly TaskWords[]
  readonly instruments: readonly { readonly className: string; readonly name: string }[]
  readonly butler: Readonly<Record<string, CommandWords>>
  readonly pipetask: Readonly<Record<string, CommandWords>>
  /** Options behind `%%pipeline`. */
  readonly pipeline: CommandWords
}

export interface TaskWords {
  readonly className: string
  /** Its usual label. */
  readonly label: string
  readonly dimensions: readonly string[]
  readonly connections: readonly ConnectionWords[]
  readonly fields: readonly FieldWords[]
}

export interface ConnectionWords {
  readonly name: string
  readonly kind: string
  /** Dataset type by default. */
  readonly type: string
  readonly storageClass: string
  readonly doc: string
  readonly dimensions: readonly string[]
}

export interface FieldWords {
  /** Path from the task's config: `connections.ccdExposure`. */
  readonly name: string
  readonly type: string
  readonly doc: string
  /** Default, as Python writes it; none for fields that hold others. */
  readonly value?: string
}

export interface CommandWords {
  readonly doc: string
  readonly options: readonly OptionWords[]
  readonly arguments: readonly string[]
}

export interface OptionWords {
  readonly names: readonly string[]
  readonly flags: string
  readonly doc: string
  readonly takesValue: boolean
  readonly choices?: readonly string[]
}

let words: Words | undefined

/** Read when first asked for. */
export const knownWords = (): Words =>
  (words ??= JSON.parse(readFileSync(join(packageRoot, 'dist/kernel/words.json'), 'utf8')) as Words)
