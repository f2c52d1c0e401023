/**
 * A value that belongs to a flow of asynchronous work: what `run` starts, and all that it starts in turn, sees it as `current`;
 * work beside it does not. Node has it as AsyncLocalStorage.
 */
export interface AsyncScope<T> {
  readonly current: T | undefined
  run<R>(value: T, work: () => R): R
}

/** Makes scopes; absent where the platform cannot tell flows apart. */
export type MakeAsyncScope = <T>() => AsyncScope<T>
