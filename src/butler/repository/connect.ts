import type { SqlConnection } from '#sql'
import { RepositoryConfigError } from '../errors.ts'
import type { RegistryPlace } from './config.ts'
import type { ButlerEnvironment } from './environment.ts'

/** Open the database of a registry; `create` makes it, as far as a client can. */
export function connect(
  environment: ButlerEnvironment,
  place: RegistryPlace,
  options: { readonly readOnly?: boolean; readonly create?: boolean },
): Promise<SqlConnection> {
  if (place.kind === 'sqlite') return environment.openSqlite(place.path, options)
  const { openPostgres } = environment
  if (openPostgres === undefined)
    return Promise.reject(
      new RepositoryConfigError('Registries on PostgreSQL cannot be opened here.', {
        hint: 'Open the repository with Node.',
      }),
    )
  const { url, namespace, parts } = place
  return openPostgres(url, { ...options, parts, ...(namespace !== undefined && { namespace }) })
}
