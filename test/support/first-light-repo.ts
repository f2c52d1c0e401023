import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensureFirstLightRepo } from '../../src/cli/firstlight/demo.ts'

/**
 * The demo repository of `npm start` (one simulated HSC exposure): the one FIRSTLIGHT_TEST_REPO names (`npm test` makes it),
 * else one in the checkout's cache, made on first use.
 */
export async function firstLightRepo(): Promise<string> {
  const given = process.env['FIRSTLIGHT_TEST_REPO']
  const repo = given ?? fileURLToPath(new URL('../../.cache/first-light-demo', import.meta.url))
  if (!existsSync(join(repo, 'butler.yaml'))) await ensureFirstLightRepo(repo)
  return repo
}
