import { DEFAULT_TEMPLATES } from '../datastore/template.ts'
import { at, type ConfigTree, isTree } from './config-value.ts'
import type { Repository } from './repository.ts'

/** The configuration in force: the repository's own over what is built in, keys sorted as the anchor prints them. */
export function configTree(repository: Repository): ConfigTree {
  const { tree } = repository.config
  const datastore = at(tree, 'datastore')
  const own = at(tree, 'datastore.templates')
  return sorted({
    ...tree,
    datastore: {
      create: true,
      ...(isTree(datastore) ? datastore : {}),
      templates: { ...DEFAULT_TEMPLATES, ...(isTree(own) ? own : {}) },
    },
  })
}

function sorted(tree: ConfigTree): ConfigTree {
  const keys = Object.keys(tree).sort()
  return Object.fromEntries(keys.map((k) => [k, isTree(tree[k]) ? sorted(tree[k]) : tree[k]!]))
}
