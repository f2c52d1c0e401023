import { execFile } from 'node:child_process'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { FirstlightError, isFirstlightError, messageOf } from '#core'

/** What went wrong when a user's module was loaded, with its line; errors of our own are told as they are. */
export async function moduleError(file: string, error: unknown): Promise<unknown> {
  if (isFirstlightError(error)) return error
  const name = error instanceof Error ? error.name : 'Error'
  const found =
    placeInStack(error, file) ?? (isJavaScriptSyntax(name, file) ? await syntaxPlace(file) : undefined)
  return new FirstlightError(
    'cli/bad-module',
    `${found ?? file}: the module cannot be loaded: ${name}: ${messageOf(error)}`,
    { cause: error },
  )
}

const isJavaScriptSyntax = (name: string, file: string): boolean =>
  name === 'SyntaxError' && /\.[mc]?js$/.test(file)

/** The first line of the stack that is in the folder of the module. */
function placeInStack(error: unknown, file: string): string | undefined {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  const folder = pathToFileURL(file).href.replace(/[^/]*$/, '')
  const at = stack.indexOf(folder)
  const [, url, line] = at < 0 ? [] : (/^(file:\S+?):(\d+)/.exec(stack.slice(at)) ?? [])
  return url === undefined ? undefined : `${fileURLToPath(url)}:${line}`
}

/** Node tells the line of a syntax error only when it ends by it, so it is asked in a process of its own. */
async function syntaxPlace(file: string): Promise<string | undefined> {
  const said = await new Promise<string>((resolve) =>
    execFile(process.execPath, ['--check', file], (_error, _out, err) => resolve(err)),
  )
  const line = /^.*:(\d+)$/m.exec(said)?.[1]
  return line === undefined ? undefined : `${file}:${line}`
}
