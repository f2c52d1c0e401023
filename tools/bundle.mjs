import { fileURLToPath } from 'node:url'
import { build } from 'vite'

/** Top of the project. */
export const root = fileURLToPath(new URL('..', import.meta.url))

/** Bundle compiled modules for Node: readable, every package inside but the `external` ones. */
export const bundle = ({ outDir, emptyOutDir, external, define = {}, rollupOptions }) =>
  build({
    root,
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    define,
    build: { ssr: true, outDir, emptyOutDir, minify: false, target: 'node20', rollupOptions },
    ssr: { noExternal: true, external },
  })
