import { existsSync } from 'node:fs'
import { rm, stat, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { messageOf } from '#core'
import {
  type Environment,
  environmentPrefix,
  type KernelSpec,
  makeFolders,
  readKernelSpec,
  userDataDir,
} from '../../src/platform/node/jupyter/index.ts'
import { KernelError } from '../errors.ts'
import { DISPLAY_NAME, KERNEL_NAME } from '../session/kernel-info.ts'
import { LOGO_32, LOGO_64, LOGO_SVG } from './logo.ts'

/** Where a kernelspec goes: the user's Jupyter folder, the active Python environment, or any prefix. */
export type InstallTarget =
  | { readonly kind: 'user' }
  | { readonly kind: 'sys-prefix' }
  | { readonly kind: 'prefix'; readonly prefix: string }

/** One kernelspec of ours; several may stand side by side, each with a repository of its own. */
export interface InstallOptions {
  /** Folder name, what clients call it; default `firstlight`. */
  readonly name?: string
  /** What menus show. */
  readonly displayName?: string
  /** Environment its kernels start with. */
  readonly env?: Readonly<Record<string, string>>
}

/** The kernel's own program in this installation; bundled where it was built whole (tools/bundle-kernel.mjs). */
export function kernelMain(): string {
  const bundled = fileURLToPath(new URL('../../kernel-bundle/session/main.js', import.meta.url))
  return existsSync(bundled) ? bundled : fileURLToPath(new URL('../main.js', import.meta.url))
}

/** Our kernel.json: this Node, this installation, an interrupt by message, no check that a terminated callback would trip. */
export function kernelSpec({ displayName = DISPLAY_NAME, env = {} }: InstallOptions = {}): KernelSpec {
  return {
    argv: [process.execPath, '--no-force-async-hooks-checks', kernelMain(), '{connection_file}'],
    display_name: displayName,
    language: 'typescript',
    interrupt_mode: 'message',
    env,
    metadata: { debugger: true },
  }
}

/** Write the kernelspec with its logos. @returns its folder. */
export async function installKernel(
  target: InstallTarget,
  env: Environment,
  options: InstallOptions = {},
): Promise<string> {
  const dir = kernelDir(target, env, options.name)
  await refuseOthers(dir)
  await makeFolders(dir).catch((error: unknown) => {
    throw cannotInstall(messageOf(error), error)
  })
  await writeFile(join(dir, 'logo-svg.svg'), LOGO_SVG)
  await writeFile(join(dir, 'logo-64x64.png'), Buffer.from(LOGO_64, 'base64'))
  await writeFile(join(dir, 'logo-32x32.png'), Buffer.from(LOGO_32, 'base64'))
  await writeFile(join(dir, 'kernel.json'), `${JSON.stringify(kernelSpec(options), null, 2)}\n`)
  return dir
}

const cannotInstall = (message: string, cause?: unknown): KernelError =>
  new KernelError('kernel/cannot-install', message, {
    ...(cause !== undefined && { cause }),
    hint: 'Give a folder that you may write: firstlight kernel install --prefix DIR, or --user',
  })

/** Remove a kernelspec of ours. @returns its folder. @throws KernelError `kernel/not-installed` */
export async function uninstallKernel(
  target: InstallTarget,
  env: Environment,
  name?: string,
): Promise<string> {
  const dir = kernelDir(target, env, name)
  if (!(await isThere(join(dir, 'kernel.json'))))
    throw new KernelError('kernel/not-installed', `No kernelspec in ${dir}`, {
      hint: 'See where kernels are: firstlight kernel list',
    })
  await refuseOthers(dir)
  await rm(dir, { recursive: true })
  return dir
}

/** Tells specs that start this kernel, of this installation or another one. */
export const startsFirstlight = ({ argv }: KernelSpec): boolean =>
  argv.some((word) => /[/\\](?:kernel|kernel-bundle[/\\]session)[/\\]main\.js$/.test(word))

/** Another program's kernel under that name stays. @throws KernelError `kernel/name-taken` */
async function refuseOthers(dir: string): Promise<void> {
  if (!(await isThere(join(dir, 'kernel.json')))) return
  const spec = await readKernelSpec(dir).catch(() => undefined)
  if (spec !== undefined && startsFirstlight(spec)) return
  const whose =
    spec === undefined ? 'its kernel.json cannot be read' : `it starts ${spec.argv[0] ?? 'nothing'}`
  throw new KernelError('kernel/name-taken', `The kernel in ${dir} is not Firstlight's: ${whose}`, {
    hint: 'Give ours another name (--name NAME), or remove that folder by hand first.',
  })
}

/** Folder names that Jupyter clients take. */
const NAME = /^[a-z0-9._-]+$/i

function kernelDir(target: InstallTarget, env: Environment, name = KERNEL_NAME): string {
  if (!NAME.test(name))
    throw new KernelError(
      'kernel/bad-name',
      `A kernel's name has letters, digits, '.', '_' and '-' only, found '${name}'`,
    )
  return join(dataDir(target, env), 'kernels', name.toLowerCase())
}

function dataDir(target: InstallTarget, env: Environment): string {
  if (target.kind === 'user') return userDataDir(env)
  if (target.kind === 'prefix' && target.prefix.trim() === '') throw cannotInstall('The prefix is empty')
  if (target.kind === 'prefix') return join(target.prefix.replace(/^~(?=\/)/, homedir()), 'share', 'jupyter')
  const prefix = environmentPrefix(env)
  if (prefix === undefined)
    throw new KernelError(
      'kernel/no-environment',
      'No Python environment is active: VIRTUAL_ENV and CONDA_PREFIX are unset',
      {
        hint: 'Activate the environment first, or install for your user: firstlight kernel install --user',
      },
    )
  return join(prefix, 'share', 'jupyter')
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )
