import type { CatalogSession, SessionOptions } from '#sql'

/**
 * A DuckDB session in this process: native, no extension installed or loaded by itself, so no network. The engine is
 * loaded when the first session is opened, which keeps it out of the start of every command.
 */
export async function openCatalogSession(options: SessionOptions = {}): Promise<CatalogSession> {
  const { openDuckDb } = await import('./session.ts')
  return openDuckDb(options)
}
