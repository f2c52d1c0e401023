import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { runPostgres } from '../postgres.ts'
import { copyToPostgres } from './postgres-copy.ts'
import { replay } from './replay.ts'

const HELP = `Usage: npm run replay -- [--postgres] REPO.tar.zst CASES.json…

Unpacks the repository, replays every case of the files on our engine or command line, prints each difference and ends
with 'N passed, N failed'. Exit code 0: all passed; 1: some failed; 2: it could not run (an unknown operation, a missing file).

  --postgres  on a copy whose registry is in PostgreSQL (a server of its own on loopback, from Debian's postgresql).
              Rows of a query that asks for no order may come in any there; where it asks for one, the order counts.
  --help      this text
`

const { values, positionals } = argumentsOf(process.argv.slice(2))
const [archive, ...files] = positionals
if (values.help) {
  process.stdout.write(HELP)
  process.exit(0)
}
if (archive === undefined || files.length === 0) {
  process.stderr.write(HELP)
  process.exit(2)
}
const missing = [archive, ...files].find((path) => !existsSync(path))
if (missing !== undefined) refuse(`there is no file ${missing}.`)
const server = values.postgres ? await runPostgres().catch(refuse) : undefined
const results = await replay(archive, files, server && ((root) => copyToPostgres(root, server)))
  .catch(refuse)
  .finally(() => server?.stop())
const failed = results.filter((r) => r.difference !== undefined)
for (const { file, id, what, difference } of failed)
  console.log(`${file} ${id}\n  ${what}\n      ${difference}`)
for (const file of new Set(results.map((r) => r.file))) {
  const own = results.filter((r) => r.file === file)
  console.log(`${file}: ${own.filter((r) => r.difference === undefined).length} of ${own.length}`)
}
console.log(`${results.length - failed.length} passed, ${failed.length} failed`)
process.exitCode = failed.length === 0 ? 0 : 1

function argumentsOf(args: string[]) {
  try {
    const options = {
      postgres: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    } as const
    return parseArgs({ args, options, allowPositionals: true })
  } catch (error) {
    return refuse(error)
  }
}

function refuse(error: unknown): never {
  console.error(`replay: ${error instanceof Error ? error.message : String(error)}`)
  process.exit(2)
}
