import { existsSync } from 'node:fs'
import { replay } from './replay.ts'

/** `npm run replay -- REPO.tar.zst CASES.json…`: prints each difference, ends with `N passed, N failed`. */
const [archive, ...files] = process.argv.slice(2)
if (archive === undefined || files.length === 0) {
  console.error('Usage: npm run replay -- REPO.tar.zst CASES.json…')
  process.exit(2)
}
const missing = [archive, ...files].find((path) => !existsSync(path))
if (missing !== undefined) {
  console.error(`replay: there is no file ${missing}.`)
  process.exit(2)
}
const results = await replay(archive, files).catch((error: unknown) => {
  console.error(`replay: ${error instanceof Error ? error.message : String(error)}`)
  process.exit(2)
})
const failed = results.filter((r) => r.difference !== undefined)
for (const { file, id, what, difference } of failed)
  console.log(`${file} ${id}\n  ${what}\n      ${difference}`)
for (const file of new Set(results.map((r) => r.file))) {
  const own = results.filter((r) => r.file === file)
  console.log(`${file}: ${own.filter((r) => r.difference === undefined).length} of ${own.length}`)
}
console.log(`${results.length - failed.length} passed, ${failed.length} failed`)
process.exitCode = failed.length === 0 ? 0 : 1
