import { joinPath } from '../datastore/uri.ts'
import { type ConfigReader, readConfigFile } from './config-file.ts'
import { at, type ConfigTree, type ConfigValue, isTree, mergeTrees } from './config-value.ts'

/** Where configuration comes from: files, and folders with defaults. */
export interface ConfigSources extends ConfigReader {
  /** Folders with files of defaults (`datastore.yaml`, `storageClasses.yaml` …); the first goes before the others. */
  readonly searchPath?: readonly string[]
}

/** Parts of butler.yaml that have a file of defaults of their name. */
const PARTS = ['registry', 'storageClasses', 'datastore', 'repo_transfer_formats'] as const

/** What the folders of the search path say below a repository's own configuration. */
export async function defaultsFor(sources: ConfigSources, own: ConfigTree): Promise<ConfigTree> {
  if ((sources.searchPath ?? []).length === 0) return {}
  const out: Record<string, ConfigValue> = {}
  for (const part of PARTS) {
    const found =
      part === 'datastore'
        ? await datastoreDefaults(sources, own[part])
        : await layers(sources, `${part}.yaml`, part)
    if (Object.keys(found).length > 0) out[part] = found
  }
  return out
}

/** Those of `datastore.yaml`, over them those of the class (`datastores/fileDatastore.yaml`). */
async function datastoreDefaults(sources: ConfigSources, own: ConfigValue | undefined): Promise<ConfigTree> {
  const general = await layers(sources, 'datastore.yaml', 'datastore')
  const cls = (isTree(own) ? own['cls'] : undefined) ?? general['cls']
  const name = typeof cls === 'string' ? cls.slice(cls.lastIndexOf('.') + 1) : 'FileDatastore'
  const file = `datastores/${name.charAt(0).toLowerCase()}${name.slice(1)}.yaml`
  return mergeTrees(general, await layers(sources, file, 'datastore'))
}

async function layers(sources: ConfigSources, name: string, part: string): Promise<ConfigTree> {
  let out: ConfigTree = {}
  for (const folder of [...(sources.searchPath ?? [])].reverse()) {
    const file = joinPath(folder, name)
    if ((await sources.files.stat(file)) === undefined) continue
    const tree = await readConfigFile(sources, file)
    const inner = at(tree, part)
    out = mergeTrees(out, isTree(inner) ? inner : tree)
  }
  return out
}
