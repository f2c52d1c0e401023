/**
 * config: declared, typed configuration. A config class lists its fields (kind, type, default, doc, checks); an
 * instance is an object with one typed property a field, a history of every assignment, freeze and validate, and
 * nested configs for subtasks. Texts in the anchor's Python forms are read safely (nothing is executed) and written so
 * that its own reader takes them back. Knows no tasks, no files, no command line. The idea is the Rubin stack's pex_config.
 */
export { ConfigSyntaxError, FieldValidationError, formatWhere, type Where } from './errors.ts'
export {
  type AnyConfigClass,
  type Config,
  type ConfigClass,
  type ConfigOf,
  type Field,
  type FieldKind,
  type Fields,
  type HistoryEntry,
  type InstanceOf,
  isConfig,
  stateOf,
  type ValueOf,
} from './config-state.ts'
export { type ConfigDefinition, copyConfig, defineConfig, extendConfig, withSource } from './define-config.ts'
export {
  choiceField,
  field,
  type FieldOptions,
  rangeField,
  type ScalarName,
  type ScalarTypes,
} from './scalar-fields.ts'
export { dictField, listField } from './container-fields.ts'
export {
  ConfigChoice,
  configChoiceField,
  configDictField,
  configField,
  Configurable,
  configurableField,
  type ConfigTarget,
  registryField,
  TargetRegistry,
} from './nested-fields.ts'
export { compareConfigs, fieldsOf, formatHistory, freeze, historyOf, validate } from './operations.ts'
export { getPath, locate, parsePath, setPath, type Slot } from './paths.ts'
export {
  type LabelledOverride,
  overrideFromText,
  overrideFromValue,
  overrideLine,
  overrideOption,
  overrideText,
  parseOverride,
} from './overrides.ts'
export { saveConfig, saveFields } from './save.ts'
export { loadConfig, type LoadOptions } from './load.ts'
export { Complex, LiteralReader, parseLiteral, PyFloat, type PyValue, tryLiteral } from './python-literal.ts'
export { repr } from './python-repr.ts'
