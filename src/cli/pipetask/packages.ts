import { existsSync, readFileSync } from 'node:fs'

interface Manifest {
  readonly version: string
  readonly dependencies: Readonly<Record<string, string>>
}

/**
 * Versions saved with every run: ours, our dependencies' as declared (`npm/yaml`: Python has packages of the same names), Node's
 * own. One small file is read.
 */
export function readPackages(): Readonly<Record<string, string>> {
  const manifest = JSON.parse(readFileSync(findManifest(), 'utf8')) as Manifest
  const { node, v8 } = process.versions
  const dependencies = Object.entries(manifest.dependencies).map(([name, range]): [string, string] => [
    `npm/${name}`,
    range.replace(/^[~^]/, ''),
  ])
  return { firstlight: manifest.version, node, v8, ...Object.fromEntries<string>(dependencies) }
}

/** The nearest package.json above this file, which may be source, build or bundle. */
function findManifest(): URL {
  let url = new URL('package.json', import.meta.url)
  while (!existsSync(url) && url.pathname !== '/package.json') url = new URL('../package.json', url)
  return url
}
