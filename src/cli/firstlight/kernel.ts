import { Command, Option } from 'commander'
import { FirstlightError } from '#core'
import type { InstallTarget } from '#kernel'
import { findKernels } from '#platform/node'

interface TargetFlags {
  readonly user?: boolean
  readonly sysPrefix?: boolean
  readonly prefix?: string
}

/** `firstlight kernel install | uninstall | list`: our kernelspec for any Jupyter, without Python. */
export function register(program: Command): void {
  const kernel = new Command('kernel').description('install, remove or list Jupyter kernels')
  kernel.addCommand(installCommand())
  kernel.addCommand(uninstallCommand())
  kernel
    .command('list')
    .description('list the kernels that Jupyter clients find, with their folders')
    .action(list)
  program.addCommand(kernel)
}

const withTarget = (command: Command): Command =>
  command
    .addOption(
      new Option('--user', "into the user's Jupyter folder (default)").conflicts(['sysPrefix', 'prefix']),
    )
    .addOption(new Option('--sys-prefix', 'into the active Python environment').conflicts('prefix'))
    .option('--prefix <folder>', 'into FOLDER/share/jupyter')

const installCommand = (): Command =>
  withTarget(new Command('install'))
    .description('write the kernelspec that lets Jupyter clients start our kernel')
    .option(
      '--env <NAME=value>',
      'environment of the kernel, e.g. FIRSTLIGHT_REPO=… (repeatable)',
      collect,
      [],
    )
    .option('--repo <folder>', 'repository that `butler` means in new notebooks')
    .option('--collections <names>', 'collections it searches, separated by commas')
    .action(async (flags: TargetFlags & { env: readonly string[]; repo?: string; collections?: string }) => {
      const { installKernel } = await import('#kernel')
      const { resolve } = await import('node:path')
      const dir = await installKernel(targetOf(flags), process.env, {
        ...(flags.repo !== undefined && { FIRSTLIGHT_REPO: resolve(flags.repo) }),
        ...(flags.collections !== undefined && { FIRSTLIGHT_COLLECTIONS: flags.collections }),
        ...Object.fromEntries(flags.env.map(pair)),
      })
      process.stdout.write(`Installed the kernel 'firstlight' in ${dir}\n`)
    })

const uninstallCommand = (): Command =>
  withTarget(new Command('uninstall'))
    .description('remove our kernelspec')
    .action(async (flags: TargetFlags) => {
      const { uninstallKernel } = await import('#kernel')
      process.stdout.write(`Removed ${await uninstallKernel(targetOf(flags), process.env)}\n`)
    })

async function list(): Promise<void> {
  const kernels = await findKernels(process.env)
  const width = Math.max(0, ...kernels.map(({ name }) => name.length))
  for (const { name, dir, spec } of kernels)
    process.stdout.write(`${name.padEnd(width)}  ${spec.display_name}  ${dir}\n`)
  if (kernels.length === 0) process.stdout.write('No kernels. Install ours with: firstlight kernel install\n')
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
