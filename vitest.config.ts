import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const root = fileURLToPath(new URL('.', import.meta.url))
const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
  imports: Record<string, { source: string }>
}

export default defineConfig({
  resolve: {
    alias: Object.entries(manifest.imports).map(([name, { source }]) => ({
      find: new RegExp(`^${name}$`),
      replacement: `${root}${source.slice(2)}`,
    })),
  },
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/support/fast-check.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    // Browsers, other programs and the clock of a shared machine: in CI a failure is looked at twice; what passes then is named in the report.
    retry: process.env['CI'] === undefined ? 0 : 1,
    maxWorkers: 2,
  },
})
