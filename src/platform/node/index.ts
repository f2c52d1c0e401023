/**
 * platform/node: the adapters that need Node. Files over `node:fs`, DuckDB sessions over its native package, SQLite,
 * worker threads. Only cli, kernel, workbench server and tests import it; the engine sees the interfaces of the floors.
 */
export { nodeFiles, openNodeSource, type NodeByteSource } from './node-files.ts'
export { asyncScope, createNodeButler, nodeButlerEnvironment, openNodeButler } from './butler.ts'
export { openQuantumBackedButler } from './quantum-backed.ts'
export { openSqlite as openNodeSqlite } from './sqlite.ts'
export { openCatalogSession } from './duckdb/open.ts'
export * from './jupyter/index.ts'
export { workerExecutor, type WorkerPoolOptions } from './workers.ts'
export { type JobThreads, type JobWork, serveJobs, startJobThreads } from './job-threads.ts'
export { processFacts } from './process-facts.ts'
export { serveQuanta } from './workers-entry.ts'
