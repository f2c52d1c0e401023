import {
  type Config,
  copyConfig,
  locate,
  overrideFromText,
  overrideLine,
  overrideOption,
  parsePath,
  stateOf,
  validate,
} from '#config'
import { FirstlightError, isFirstlightError, messageOf } from '#core'
import type { ConfigAnswer, ConfigEdit } from '#protocol'
import { describeConfig, ShownConfig } from '../display/config-display.ts'

const FORM = { source: 'form in the workbench' }

/**
 * Try changes of a form in their order on a copy, and with `apply`, when none is refused, make them.
 * @throws FieldValidationError, or what else a field has against its new value
 */
export function editConfig(
  shown: ShownConfig,
  objectId: string,
  edits: readonly ConfigEdit[],
  apply: boolean,
): ConfigAnswer {
  const tried = copyConfig(shown.config)
  for (const edit of edits) tryEdit(tried, edit)
  if (apply) {
    if (stateOf(shown.config).frozen)
      throw new FirstlightError('config/frozen', 'This config is frozen: its task has been made.', {
        hint: 'Copy the overrides to where the task is configured.',
      })
    for (const edit of edits) overrideFromText(shown.config, edit.path, edit.text, FORM)
  }
  const problem = problemOf(tried)
  return {
    config: {
      ...describeConfig(new ShownConfig(tried, shown.label), objectId),
      isFrozen: stateOf(shown.config).frozen,
    },
    overrides: edits.map(({ path }) => overrideOf(tried, path, shown.label)),
    ...(problem !== undefined && { problem }),
  }
}

/** Beside its field a message need not say whose it is. */
function tryEdit(config: Config, { path, text }: ConfigEdit): void {
  try {
    overrideFromText(config, path, text, FORM)
  } catch (error) {
    if (!isFirstlightError(error) || error.code !== 'config/field-validation') throw error
    throw new FirstlightError(error.code, String(error.data['reason']), { cause: error })
  }
}

function overrideOf(config: Config, path: string, label: string | undefined): string {
  const { field, get } = locate(config, parsePath(path))
  if (field === undefined) throw new FirstlightError('config/unknown-field', `There is no field ${path}.`)
  return label === undefined
    ? overrideLine(field, path, get())
    : `-c ${quoted(overrideOption(field, label, path, get()))}`
}

/** One word of a shell. */
const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`

function problemOf(config: Config): string | undefined {
  try {
    validate(config)
    return undefined
  } catch (error) {
    return messageOf(error)
  }
}
