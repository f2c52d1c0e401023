import {
  type Config,
  ConfigChoice,
  Configurable,
  copyConfig,
  type Field,
  fieldsOf,
  historyOf,
  isConfig,
  Note,
  overrideText,
  saveConfig,
  stateOf,
} from '#config'
import { type ConfigDisplay, type ConfigFieldDisplay, type ConfigPartDisplay, MIME } from '#protocol'
import type { DisplayData } from '../protocol/threads.ts'
import { shownObjects } from './objects.ts'
import { escapeHtml } from './text.ts'

/** A config on display. */
export class ShownConfig {
  readonly config: Config
  /** Label of its task in a pipeline. */
  readonly label: string | undefined

  constructor(config: Config, label?: string) {
    this.config = config
    this.label = label
  }
}

/** Roughly what a config with its history keeps alive. */
const BYTES = 1 << 16

/** Hold a config for a form. @returns the id for the output cell */
export const keepConfig = (config: Config, label?: string): string =>
  shownObjects.keep(new ShownConfig(config, label), BYTES)

/** A config: a form of its fields with their docs; the text is what saving it writes. */
export function showConfig(value: unknown): Promise<DisplayData> | undefined {
  if (!isConfig(value)) return undefined
  const display = describeConfig(new ShownConfig(value), keepConfig(value))
  const data = {
    'text/plain': saveConfig(value),
    'text/html': htmlOf(display),
    [MIME.config]: display,
  }
  return Promise.resolve({ data, metadata: {} })
}

/** Everything that a form shows. */
export function describeConfig({ config, label }: ShownConfig, objectId: string): ConfigDisplay {
  const { configClass, frozen } = stateOf(config)
  return {
    objectId,
    className: configClass.name,
    ...(label !== undefined && { label }),
    isFrozen: frozen,
    fields: describeFields(copyConfig(config), configClass.make(), ''),
  }
}

/** Kinds of fields that hold configs and have no text of their own. */
const HOLDERS: ReadonlySet<Field['kind']> = new Set([
  'config',
  'configurable',
  'config-dict',
  'action',
  'action-struct',
])

/** @param preset a config as it would be without any change */
const describeFields = (config: Config, preset: Config, prefix: string): readonly ConfigFieldDisplay[] =>
  fieldsOf(config).map(({ name, field, value }) => {
    const path = `${prefix}${name}`
    const before = stateOf(preset).values.get(name)
    const isSet = !HOLDERS.has(field.kind)
    const history = historyTexts(config, name, field)
    const parts = describeParts(field, value, before, path)
    return {
      name,
      path,
      type: value instanceof Configurable ? (value as Configurable).target.className : field.typeName,
      doc: field.doc,
      ...(isSet && { text: textOf(field, value), preset: textOf(field, before) }),
      isChanged: field.compare(value, before, path, { rtol: 0, atol: 0 }).length > 0,
      optional: field.optional,
      ...(field.deprecated !== undefined && { deprecated: field.deprecated }),
      ...(field.choices && { choices: Object.entries(field.choices()) }),
      ...(field.multiple === true && { multiple: true }),
      ...(field.range !== undefined && { range: field.range }),
      ...(history.length > 1 && { history }),
      ...(parts.length > 0 && { parts }),
    }
  })

/** A value that must still be given is no text. */
const textOf = (field: Field, value: unknown): string =>
  value === null && !field.optional ? '' : overrideText(field, value)

const historyTexts = (config: Config, name: string, field: Field) =>
  historyOf(config, name).map(({ value, where: { source, line } }) => ({
    value: value instanceof Note ? value.text : overrideText(field, value),
    where: line === undefined ? source : `${source}:${line}`,
  }))

function describeParts(
  field: Field,
  value: unknown,
  before: unknown,
  path: string,
): readonly ConfigPartDisplay[] {
  // Entries are made at their first use; what is chosen is shown, used or not.
  if (value instanceof ConfigChoice) void value.active
  const presets = new Map(field.nested?.(before).map(({ suffix, config }) => [suffix, config]))
  return (field.nested?.(value) ?? []).map(({ suffix, config, active }) => {
    const { configClass } = stateOf(config)
    const known = presets.get(suffix)
    const preset =
      known !== undefined && stateOf(known).configClass === configClass ? known : configClass.make()
    return {
      name: suffix.replace(/^\['?|'?\]$/g, ''),
      className: configClass.name,
      isActive: active,
      fields: describeFields(config, preset, `${path}${suffix}.`),
    }
  })
}

/** For front ends without our form: name, value and doc, nested configs folded. */
function htmlOf({ className, fields }: ConfigDisplay): string {
  return `<div><p><b>${escapeHtml(className)}</b></p>${listOf(fields)}</div>`
}

function listOf(fields: readonly ConfigFieldDisplay[]): string {
  const items = fields.map(({ name, text = '', doc, isChanged, parts = [] }) => {
    const value = isChanged ? `<b>${escapeHtml(text)}</b>` : escapeHtml(text)
    const head = `${escapeHtml(name)} <code>${value}</code> <small>${escapeHtml(doc)}</small>`
    if (parts.length === 0) return `<li>${head}</li>`
    const inner = parts.map(
      (part) => `${part.name === '' ? '' : `<i>${escapeHtml(part.name)}</i>`}${listOf(part.fields)}`,
    )
    return `<li><details><summary>${head}</summary>${inner.join('')}</details></li>`
  })
  return `<ul style="list-style:none;padding-left:1.2em">${items.join('')}</ul>`
}
