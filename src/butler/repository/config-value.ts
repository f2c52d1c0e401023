/** A tree of configuration values. */
export type ConfigTree = { readonly [key: string]: ConfigValue }
export type ConfigValue = string | number | boolean | null | readonly ConfigValue[] | ConfigTree

export const isTree = (value: ConfigValue | undefined): value is ConfigTree =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A value by its dotted path. */
export function at(tree: ConfigTree, path: string): ConfigValue | undefined {
  let value: ConfigValue | undefined = tree
  for (const key of path.split('.')) {
    if (!isTree(value)) return undefined
    value = value[key]
  }
  return value
}

/** `over` upon `base`: trees are merged, any other value goes before. */
export function mergeTrees(base: ConfigTree, over: ConfigTree): ConfigTree {
  const out: Record<string, ConfigValue> = { ...base }
  for (const [key, value] of Object.entries(over)) {
    const below = out[key]
    out[key] = isTree(value) && isTree(below) ? mergeTrees(below, value) : value
  }
  return out
}
