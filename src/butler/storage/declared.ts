import { RepositoryConfigError } from '../errors.ts'
import { at, type ConfigTree, type ConfigValue, isTree } from '../repository/config-value.ts'
import { declareStorageClasses, type StorageClassDeclaration } from './storage-class.ts'

/** Take over `storageClasses:` of a repository's configuration; `root` names it in messages. */
export function takeDeclaredClasses(tree: ConfigTree, root: string): void {
  const classes = at(tree, 'storageClasses')
  if (!isTree(classes)) return
  const found: Record<string, StorageClassDeclaration> = {}
  for (const [name, value] of Object.entries(classes))
    if (isTree(value)) found[name] = declarationOf(value, `'${root}': storageClasses.${name}`)
  declareStorageClasses(found)
}

function declarationOf(tree: ConfigTree, where: string): StorageClassDeclaration {
  const inherits = tree['inheritsFrom']
  const parameters = tree['parameters']
  if (parameters !== undefined && !Array.isArray(parameters))
    throw new RepositoryConfigError(`${where}.parameters must be a list of names.`)
  return {
    ...(typeof inherits === 'string' && { inheritsFrom: inherits }),
    ...(tree['components'] !== undefined && {
      components: namesOf(tree['components'], `${where}.components`),
    }),
    ...(tree['derivedComponents'] !== undefined && {
      derivedComponents: namesOf(tree['derivedComponents'], `${where}.derivedComponents`),
    }),
    ...(Array.isArray(parameters) && { parameters: parameters.map(String) }),
  }
}

function namesOf(value: ConfigValue | undefined, where: string): Readonly<Record<string, string>> {
  const entries = isTree(value) ? Object.entries(value) : []
  if (!isTree(value) || entries.some(([, name]) => typeof name !== 'string'))
    throw new RepositoryConfigError(`${where} must give the storage class of each component.`)
  return Object.fromEntries(entries) as Record<string, string>
}
