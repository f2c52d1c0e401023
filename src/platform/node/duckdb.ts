import { FirstlightError } from '#core'
import type { CatalogSession, SessionOptions } from '#sql'

/** A DuckDB session in this process. */
export async function openCatalogSession(options: SessionOptions = {}): Promise<CatalogSession> {
  await Promise.resolve()
  throw new FirstlightError('sql/failed', `not yet ${options.path ?? ''}`)
}
