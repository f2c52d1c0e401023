import { useRegistries } from '../support/repository.ts'
import { startPostgres } from '../support/postgres.ts'

// The butler's tests once more, with their registries in a real PostgreSQL server.

const server = await startPostgres()
useRegistries(() => server.newDatabase())

await import('./check.test.ts')
await import('./collections.test.ts')
await import('./datasets.test.ts')
await import('./opening.test.ts')
