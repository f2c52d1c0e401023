import { execFileSync } from 'node:child_process'

/** Run a script in the tests' Python environment and give its standard output. `npm test` makes the environment. */
export function python(script: string, ...args: readonly string[]): string {
  return execFileSync(pythonPath(), ['-c', script, ...args], { encoding: 'utf8', maxBuffer: 1 << 28 })
}

/** The interpreter of the tests' environment; missing, the test fails rather than being skipped. */
export function pythonPath(): string {
  const path = process.env['FIRSTLIGHT_PYTHON']
  if (path === undefined)
    throw new Error(
      'FIRSTLIGHT_PYTHON is not set: run the suite through `npm test`, which makes the environment.',
    )
  return path
}
