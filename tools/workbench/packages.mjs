import fs from 'node:fs'
import path from 'node:path'

/**
 * The JupyterLab extension packages among our development dependencies. `extension` and `mimeExtension` name the module
 * to import: a manifest gives `true` for the package's main or a path inside it, and importing the main instead of the
 * path registers plugins twice.
 */
export function extensionPackages(root) {
  const { devDependencies } = readJson(path.join(root, 'package.json'))
  return Object.keys(devDependencies).flatMap((name) => {
    const folder = path.join(root, 'node_modules', name)
    const manifest = readJson(path.join(folder, 'package.json'))
    const { extension, mimeExtension, schemaDir } = manifest.jupyterlab ?? {}
    if (!extension && !mimeExtension) return []
    const moduleOf = (value) => (value === true ? name : value ? `${name}/${value}` : undefined)
    return {
      name,
      version: manifest.version,
      extension: moduleOf(extension),
      mimeExtension: moduleOf(mimeExtension),
      schemaDir: schemaDir && path.join(folder, schemaDir),
    }
  })
}

export const readJson = (file) => JSON.parse(fs.readFileSync(file, 'utf8'))
