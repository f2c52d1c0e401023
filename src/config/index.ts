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
  type ConfigTarget,
  type Field,
  type FieldKind,
  type Fields,
  type HistoryEntry,
  type InstanceOf,
  isConfig,
  Note,
  stateOf,
  type ValueOf,
} from './config-state.ts'
export { type ConfigDefinition, copyConfig, defineConfig, extendConfig } from './define-config.ts'
export { withSource } from './assign.ts'
export {
  choiceField,
  field,
  type FieldOptions,
  rangeField,
  type ScalarName,
  type ScalarTypes,
} from './fields/scalar.ts'
export { listField } from './fields/list.ts'
export { dictField } from './fields/dict.ts'
export { configField } from './fields/config.ts'
export { Configurable } from './fields/configurable-value.ts'
export { configurableField } from './fields/configurable.ts'
export { ConfigChoice } from './fields/choice-value.ts'
export { configChoiceField } from './fields/choice.ts'
export { registryField, TargetRegistry } from './fields/registry.ts'
export { configDictField } from './fields/config-dict.ts'
export {
  type ActionClass,
  actionIdentity,
  type AnyActionClass,
  defineAction,
  extendAction,
  runAction,
} from './define-action.ts'
export { configurableActionField } from './fields/action.ts'
export { ActionStruct } from './fields/action-struct-value.ts'
export { configurableActionStructField } from './fields/action-struct.ts'
export {
  compareConfigs,
  deprecationsOf,
  fieldsOf,
  formatHistory,
  freeze,
  historyOf,
  validate,
} from './operations.ts'
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
export { evaluateExpression } from './expression.ts'
export { parseLiteral, tryLiteral } from './python/literal.ts'
export { Complex, PyFloat, type PyValue } from './python/values.ts'
export { repr } from './python/repr.ts'
