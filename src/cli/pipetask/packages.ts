import { readFileSync } from 'node:fs'

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

/** package.json is three folders up from the source and four from the build. */
function findManifest(): URL {
  const built = import.meta.url.includes('/dist/')
  return new URL(built ? '../../../../package.json' : '../../../package.json', import.meta.url)
}

export const processUsage = (): { cpuSec: number; maxRssBytes: number } => {
  const { user, system } = process.cpuUsage()
  return { cpuSec: (user + system) / 1e6, maxRssBytes: process.resourceUsage().maxRSS * 1024 }
}
