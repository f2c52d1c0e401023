// Bundle the compiled commands into dist/bin: a command reads a handful of files instead of 150, which halves its start.
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const root = fileURLToPath(new URL('..', import.meta.url))
const commands = process.argv.slice(2).length > 0 ? process.argv.slice(2) : ['butler']

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
      input: Object.fromEntries(commands.map((name) => [name, `${root}dist/src/cli/${name}.js`])),
      output: { entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
    },
  },
  ssr: { noExternal: ['commander', /^#/], external: ['better-sqlite3'] },
})
