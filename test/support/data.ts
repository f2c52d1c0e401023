import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = process.env['FIRSTLIGHT_DATA'] ?? fileURLToPath(new URL('../../../shared/data', import.meta.url))

/** A file of the acceptance data, which lies beside the checkout (`../shared/data`) or where FIRSTLIGHT_DATA says. */
export function dataPath(relative: string): string {
  const path = join(root, relative)
  if (!existsSync(path))
    throw new Error(`Acceptance data missing: ${path}. Set FIRSTLIGHT_DATA to its folder.`)
  return path
}
