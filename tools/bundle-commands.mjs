// Bundle the compiled `butler` into dist/bin: a command then reads a handful of files instead of 600, most of its start. Native packages
// and what is loaded for them stay outside. `pipetask` and `firstlight` are not bundled: they load users' tasks and start workers, which
// must share their modules.
import { chmodSync, existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const root = fileURLToPath(new URL('..', import.meta.url))
const bundle = `${root}dist/bin/butler.js`
const compiled = `${root}dist/src`

const newest = Math.max(
  ...[fileURLToPath(import.meta.url), `${root}package-lock.json`].map((path) => statSync(path).mtimeMs),
  ...readdirSync(compiled, { recursive: true }).flatMap((name) =>
    name.endsWith('.js') ? [statSync(join(compiled, name)).mtimeMs] : [],
  ),
)
if (existsSync(bundle) && statSync(bundle).mtimeMs > newest) process.exit(0)

await build({
  root,
  configFile: false,
  logLevel: 'warn',
  publicDir: false,
  build: {
    ssr: true,
    outDir: `${root}dist/bin`,
    emptyOutDir: true,
    minify: false,
    target: 'node20',
    rollupOptions: {
      input: { butler: `${root}dist/src/cli/butler.js` },
      treeshake: { moduleSideEffects: (id) => id.endsWith('/dist/src/cli/butler.js') },
      output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
    },
  },
  ssr: { noExternal: true, external: ['better-sqlite3', '@duckdb/node-api', 'pg', 'typescript', 'zeromq'] },
})
chmodSync(bundle, 0o755)
