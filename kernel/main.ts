import { LanguageThread } from './session/language-thread.ts'

/** The kernel process: `node --no-force-async-hooks-checks dist/kernel/main.js CONNECTION_FILE`. */

const [connectionFile] = process.argv.slice(2)
if (connectionFile === undefined) {
  process.stderr.write(
    'Usage: node main.js CONNECTION_FILE (Jupyter clients write it; see `firstlight kernel install`)\n',
  )
  process.exit(2)
}

// The language thread loads TypeScript while this one loads the sockets.
const language = new LanguageThread(process.cwd())
const { serve } = await import('./session/serve.ts')
await serve(connectionFile, language)
