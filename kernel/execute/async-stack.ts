/** Node's table of async contexts, which a terminated callback leaves dirty: it is never unwound. */
interface AsyncWrap {
  readonly async_hook_fields: Uint32Array
  readonly constants: { readonly kTotals: number; readonly kCheck: number }
  clearAsyncIdStack(): void
}

const table = asyncWrap()

/**
 * Node aborts the process when it finds contexts left over after a callback, as long as a hook counts as enabled or
 * checks are forced (`node::InternalCallbackScope::Close`); async storage does both. Both counts are set back, once the
 * storage is in use; the storage works on. Without this an interrupt behind an `await` would end the kernel.
 */
export function allowDirtyStack(): void {
  if (table === undefined) return
  table.async_hook_fields[table.constants.kTotals] = 0
  table.async_hook_fields[table.constants.kCheck] = 0
}

/** Forget what a terminated callback left behind, as Node itself does after an uncaught exception. */
export function repairAsyncStack(): void {
  table?.clearAsyncIdStack()
}

/** Undefined on a Node that has no such table (24 keeps contexts in the engine) or that hides it. */
function asyncWrap(): AsyncWrap | undefined {
  const { binding } = process as unknown as { binding?: (name: string) => Partial<AsyncWrap> }
  const { noDeprecation } = process
  process.noDeprecation = true
  try {
    const found = binding?.('async_wrap')
    return isWhole(found) ? found : undefined
  } catch {
    return undefined
  } finally {
    process.noDeprecation = noDeprecation ?? false
  }
}

function isWhole(found: Partial<AsyncWrap> | undefined): found is AsyncWrap {
  return (
    found?.async_hook_fields !== undefined &&
    found.constants !== undefined &&
    found.clearAsyncIdStack !== undefined
  )
}
