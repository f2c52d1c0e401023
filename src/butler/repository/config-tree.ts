import { DEFAULT_TEMPLATES } from '../datastore/template.ts'
import { at, type ConfigTree, type ConfigValue, isTree, mergeTrees } from './config-value.ts'
import type { Repository } from './repository.ts'

/** The configuration in force: the repository's own over what is built in, keys sorted as the anchor prints them. */
export const configTree = (repository: Repository): ConfigTree => sorted(withBuiltIn(repository.config.tree))

/** A configuration over what is built in: templates of file names, for a datastore or for each of a chain that keeps files. */
export function withBuiltIn(tree: ConfigTree): ConfigTree {
  const datastore = at(tree, 'datastore')
  return { ...tree, datastore: storeWithBuiltIn(isTree(datastore) ? datastore : {}) }
}

function storeWithBuiltIn(store: ConfigTree): ConfigTree {
  const { cls, datastores } = store
  const name = typeof cls === 'string' ? cls.slice(cls.lastIndexOf('.') + 1) : 'FileDatastore'
  if (name === 'FileDatastore') return mergeTrees({ create: true, templates: DEFAULT_TEMPLATES }, store)
  if (!Array.isArray(datastores)) return store
  return {
    ...store,
    datastores: (datastores as readonly ConfigValue[]).map((child) =>
      isTree(child) ? storeWithBuiltIn(child) : child,
    ),
  }
}

function sorted(tree: ConfigTree): ConfigTree {
  const keys = Object.keys(tree).sort()
  return Object.fromEntries(keys.map((k) => [k, isTree(tree[k]) ? sorted(tree[k]) : tree[k]!]))
}
