#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { isFirstlightError, messageOf } from '#core'

type Registrar = { register(program: Command): void }

/** Each command lies in a file of its own and is loaded only when it is asked for, so that start-up stays short. */
const commands: Readonly<Record<string, () => Promise<Registrar>>> = {
  start: () => import('./firstlight/start.ts'),
  demo: () => import('./firstlight/demo.ts'),
  reduce: () => import('./firstlight/reduce.ts'),
  measure: () => import('./firstlight/measure.ts'),
  kernel: () => import('./firstlight/kernel.ts'),
}

async function main(argv: readonly string[]): Promise<void> {
  const manifest = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
    version: string
    description: string
  }
  const program = new Command('firstlight')
    .description(manifest.description)
    .version(manifest.version)
    .showHelpAfterError('(firstlight --help lists the commands)')
    .addHelpText(
      'after',
      '\nThe data butler and its pipelines have commands of their own: butler --help, pipetask --help.',
    )
  const asked = argv.find((word) => !word.startsWith('-'))
  const names = asked !== undefined && asked in commands ? [asked] : Object.keys(commands)
  for (const name of names) (await commands[name]?.())?.register(program)
  await program.parseAsync([...argv], { from: 'user' })
}

// A reader that has seen enough (`firstlight kernel doctor | head`) is no error; a server goes on without one.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  if (process.argv[2] !== 'start') process.exit(0)
})

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(`firstlight: ${messageOf(error)}`)
  if (isFirstlightError(error) && error.hint !== undefined) console.error(error.hint)
  if (!isFirstlightError(error) && error instanceof Error) console.error(error.stack)
  process.exitCode = 1
})
