import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Command, Option } from 'commander'
import { FirstlightError } from '#core'
import type { InstallTarget } from '#kernel'

interface TargetFlags {
  readonly user?: boolean
  readonly sysPrefix?: boolean
  readonly prefix?: string
  readonly name?: string
}

interface InstallFlags extends TargetFlags {
  readonly displayName?: string
  readonly env: readonly string[]
  readonly repo?: string
  readonly collections?: string
}

/** `firstlight kernel install | uninstall | list | doctor`: our kernelspec for any Jupyter, without Python. */
export function register(program: Command): void {
  const kernel = new Command('kernel').description('install, remove, list or examine Jupyter kernels')
  kernel.addCommand(installCommand())
  kernel.addCommand(uninstallCommand())
  kernel
    .command('list')
    .description('list the kernels that Jupyter clients find, with their folders')
    .action(list)
  kernel
    .command('doctor')
    .description('check everything between a Jupyter client and a running cell, and say cures')
    .action(doctor)
  program.addCommand(kernel)
}

const withTarget = (command: Command): Command =>
  command
    .addOption(
      new Option('--user', "into the user's Jupyter folder (default)").conflicts(['sysPrefix', 'prefix']),
    )
    .addOption(new Option('--sys-prefix', 'into the active Python environment').conflicts('prefix'))
    .option('--prefix <folder>', 'into FOLDER/share/jupyter')
    .option('--name <name>', 'kernel name: one for each repository, say (default: firstlight)')

const installCommand = (): Command =>
  withTarget(new Command('install'))
    .description('write the kernelspec that lets Jupyter clients start our kernel')
    .option('--display-name <text>', 'what menus show')
    .option(
      '--env <NAME=value>',
      'environment of the kernel, e.g. FIRSTLIGHT_REPO=… (repeatable)',
      collect,
      [],
    )
    .option('--repo <folder>', 'repository that `butler` means in new notebooks')
    .option('--collections <names>', 'collections it searches, separated by commas')
    .action(install)

const uninstallCommand = (): Command =>
  withTarget(new Command('uninstall'))
    .description('remove our kernelspec')
    .argument('[name]', 'kernel name, as --name gives it')
    .action(async (name: string | undefined, flags: TargetFlags) => {
      const { uninstallKernel } = await import('#kernel')
      const dir = await uninstallKernel(targetOf(flags), process.env, name ?? flags.name)
      process.stdout.write(`Removed ${dir}\n`)
    })

async function install(flags: InstallFlags): Promise<void> {
  const { installKernel, KERNEL_NAME } = await import('#kernel')
  const { basename, resolve } = await import('node:path')
  const { name = KERNEL_NAME, displayName } = flags
  const env = {
    ...(flags.repo !== undefined && { FIRSTLIGHT_REPO: resolve(flags.repo) }),
    ...(flags.collections !== undefined && { FIRSTLIGHT_COLLECTIONS: flags.collections }),
    ...Object.fromEntries(flags.env.map(pair)),
  }
  const options = { name, env, ...(displayName !== undefined && { displayName }) }
  const dir = await installKernel(targetOf(flags), process.env, options)
  process.stdout.write(`Installed the kernel '${basename(dir)}' in ${dir}\n`)
  if (flags.repo !== undefined && !holdsRepository(flags.repo))
    process.stderr.write(`Its repository ${resolve(flags.repo)} has no butler.yaml yet.\n`)
}

const holdsRepository = (repo: string): boolean =>
  /\.ya?ml$/.test(repo) ? existsSync(repo) : existsSync(join(repo, 'butler.yaml'))

async function list(): Promise<void> {
  const { brokenKernels, findKernels } = await import('#platform/node')
  const kernels = await findKernels(process.env)
  const width = Math.max(0, ...kernels.map(({ name }) => name.length))
  for (const { name, dir, spec } of kernels)
    process.stdout.write(`${name.padEnd(width)}  ${spec.display_name}  ${dir}\n`)
  if (kernels.length === 0) process.stdout.write('No kernels. Install ours with: firstlight kernel install\n')
  for (const { dir, why } of await brokenKernels(process.env))
    process.stderr.write(`Left out: ${dir}: ${why}\n`)
}

const MARKS = { ok: 'ok   ', note: 'note ', wrong: 'WRONG' } as const

async function doctor(): Promise<void> {
  const { examine } = await import('#kernel')
  let faults = 0
  for await (const { state, what, cure } of examine(process.env)) {
    if (state === 'wrong') faults++
    process.stdout.write(`${MARKS[state]}  ${what}\n${cure === undefined ? '' : `       → ${cure}\n`}`)
  }
  process.stdout.write(faults === 0 ? 'All is well.\n' : `${faults} to mend.\n`)
  if (faults > 0) process.exitCode = 1
}

function targetOf({ sysPrefix, prefix }: TargetFlags): InstallTarget {
  if (prefix !== undefined) return { kind: 'prefix', prefix }
  return { kind: sysPrefix === true ? 'sys-prefix' : 'user' }
}

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value]

function pair(text: string): readonly [string, string] {
  const at = text.indexOf('=')
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)]
  throw new FirstlightError('cli/bad-option', `--env wants NAME=value, found '${text}'.`)
}
