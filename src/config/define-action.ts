import {
  stateOf,
  type AnyConfigClass,
  type Config,
  type ConfigClass,
  type ConfigOf,
  type ConfigTarget,
  type Fields,
} from './config-state.ts'
import { type ConfigDefinition, defineConfig, extendConfig } from './define-config.ts'
import { FirstlightError } from '#core'

/** A config class whose instances are called: `runAction(config.magnitude, table)`. */
export interface ActionClass<C extends Config = Config, Args extends readonly never[] = never[], R = unknown>
  extends ConfigClass<C>,
    ConfigTarget {
  readonly run: (action: C, ...args: Args) => R
}

/** Any action class, where its types do not matter. */
export type AnyActionClass = ActionClass

interface ActionDefinition<F extends Fields, Args extends readonly unknown[], R> extends ConfigDefinition<F> {
  /** What calling an instance does. */
  readonly run: (action: ConfigOf<F>, ...args: Args) => R
}

/** Declare an action: a config that is also a function. Put it in a config by `configurableActionField`. */
export function defineAction<const F extends Fields, Args extends readonly unknown[], R>(
  definition: ActionDefinition<F, Args, R>,
): ActionClass<ConfigOf<F>, Args & readonly never[], R> {
  return asAction(defineConfig(definition), definition.run)
}

/** An action class with the fields of another and more, taken by every field that takes the other. */
export function extendAction<B extends Config, const F extends Fields, Args extends readonly unknown[], R>(
  base: ConfigClass<B>,
  definition: {
    readonly name: string
    readonly fields: F
    readonly setDefaults?: (config: B & ConfigOf<F>) => void
    readonly run: (action: B & ConfigOf<F>, ...args: Args) => R
  },
): ActionClass<B & ConfigOf<F>, Args & readonly never[], R> {
  return asAction(extendConfig(base, definition), definition.run)
}

function asAction<A>(configClass: AnyConfigClass, run: unknown): A {
  const action = configClass as AnyConfigClass & { className: string; config: AnyConfigClass; run: unknown }
  action.className = configClass.name
  action.config = configClass
  action.run = run
  return action as unknown as A
}

/** Call an action, as pex_config calls `action(…)`. */
export function runAction(action: Config, ...args: readonly unknown[]): unknown {
  const { configClass } = stateOf(action)
  if ('run' in configClass)
    return (configClass.run as (...all: readonly unknown[]) => unknown)(action, ...args)
  throw new FirstlightError('config/no-action', `${configClass.name} is no action: it cannot be called.`, {
    hint: 'Declare it by defineAction, with a function `run`.',
  })
}

/** The name under which a field holds an action. */
export const actionIdentity = (action: Config): string | undefined => stateOf(action).identity
