import { isTree, type ConfigTree, PLACE, placeOfUri, RepositoryConfigError, requireKind } from '#butler'
import { closest, messageOf } from '#core'
import { placeFrom } from './place.ts'
import { routedFiles } from './remote/routed-files.ts'

const INDEX = 'DAF_BUTLER_REPOSITORY_INDEX'
const REPOSITORIES = 'DAF_BUTLER_REPOSITORIES'

/**
 * Where a repository is that a user names: an address as it is, a label of the repository index, or a path from `folder`. The index
 * is a map of labels to places, in YAML or JSON: the file that DAF_BUTLER_REPOSITORY_INDEX names, or the text of
 * DAF_BUTLER_REPOSITORIES.
 */
export async function repositoryPlace(name: string, folder: string): Promise<string> {
  requireKind(name, 'root', PLACE)
  const path = placeFrom(folder, name)
  if (!/^[\w.+-]+$/.test(name)) return path
  const labels = await knownRepositories()
  if (labels === undefined) return path
  const place = labels[name]
  if (typeof place === 'string') return repositoryPlace(place.includes('/') ? place : `./${place}`, folder)
  if ((await routedFiles.stat(path)) !== undefined) return path
  const near = closest(name, Object.keys(labels))
  throw new RepositoryConfigError(`'${name}' is neither a folder nor a label of the repository index.`, {
    hint: near === undefined ? `Labels are ${Object.keys(labels).join(', ')}.` : `Did you mean '${near}'?`,
  })
}

/** Labels and places of the repository index; undefined when there is none. */
export async function knownRepositories(): Promise<ConfigTree | undefined> {
  const { [INDEX]: file, [REPOSITORIES]: text } = process.env
  const [hasFile, hasText] = [file !== undefined && file !== '', text !== undefined && text !== '']
  if (!hasFile && !hasText) return undefined
  if (hasFile && hasText)
    throw new RepositoryConfigError(`${INDEX} and ${REPOSITORIES} are both set.`, {
      hint: 'Unset one of them.',
    })
  const source = hasFile ? `The repository index '${file}'` : REPOSITORIES
  const { parse } = await import('yaml')
  let index: unknown
  try {
    index = parse(hasFile ? await routedFiles.readText(placeOfUri(file!)) : text!)
  } catch (error) {
    throw new RepositoryConfigError(`${source} cannot be read: ${messageOf(error)}`, { cause: error })
  }
  if (!isTree(index as ConfigTree))
    throw new RepositoryConfigError(`${source} must be a map of labels to places.`)
  return index as ConfigTree
}
