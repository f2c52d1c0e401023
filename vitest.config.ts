import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const root = fileURLToPath(new URL('.', import.meta.url))
const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
  imports: Record<string, { source: string }>
}

/** What starts kernels, servers and browsers, or changes its own process or the tests' helpers, gets a process for each file. */
const APART = [
  'test/kernel/**/*.test.ts',
  'test/workbench/**/*.test.ts',
  'test/e2e/**/*.test.ts',
  'test/butler/on-postgresql.test.ts',
  'test/interop/postgresql.test.ts',
]

export default defineConfig({
  resolve: {
    alias: Object.entries(manifest.imports).map(([name, { source }]) => ({
      find: new RegExp(`^${name}$`),
      replacement: `${root}${source.slice(2)}`,
    })),
  },
  test: {
    projects: [
      // Modules are loaded once a worker, not once a file: half the processor time of the engine's suites was loading.
      {
        extends: true,
        test: { name: 'engine', include: ['test/**/*.test.ts'], exclude: APART, isolate: false },
      },
      { extends: true, test: { name: 'apart', include: APART } },
    ],
    setupFiles: ['test/support/fast-check.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    // Browsers, other programs and the clock of a shared machine: in CI a failure is looked at twice; what passes then is named in the report.
    retry: process.env['CI'] === undefined ? 0 : 1,
    maxWorkers: 2,
  },
})
