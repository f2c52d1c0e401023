import { mkdir, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  type Environment,
  environmentPrefix,
  type KernelSpec,
  userDataDir,
} from '../../src/platform/node/jupyter/index.ts'
import { KernelError } from '../errors.ts'
import { DISPLAY_NAME, KERNEL_NAME } from '../session/kernel-info.ts'
import { LOGO_SVG } from './logo.ts'

/** Where a kernelspec goes: the user's Jupyter folder, the active Python environment, or any prefix. */
export type InstallTarget =
  | { readonly kind: 'user' }
  | { readonly kind: 'sys-prefix' }
  | { readonly kind: 'prefix'; readonly prefix: string }

/** Our kernel.json: this Node, this installation, an interrupt by message, no check that a terminated callback would trip. */
export function kernelSpec(env: Readonly<Record<string, string>> = {}): KernelSpec {
  const main = fileURLToPath(new URL('../main.js', import.meta.url))
  return {
    argv: [process.execPath, '--no-force-async-hooks-checks', main, '{connection_file}'],
    display_name: DISPLAY_NAME,
    language: 'typescript',
    interrupt_mode: 'message',
    env,
    metadata: { debugger: true },
  }
}

/** Write the kernelspec. @returns its folder. */
export async function installKernel(
  target: InstallTarget,
  env: Environment,
  kernelEnv: Readonly<Record<string, string>> = {},
): Promise<string> {
  const dir = kernelDir(target, env)
  await mkdir(dir, { recursive: true })
  await writeFile(join(dir, 'kernel.json'), `${JSON.stringify(kernelSpec(kernelEnv), null, 2)}\n`)
  await writeFile(join(dir, 'logo-svg.svg'), LOGO_SVG)
  return dir
}

/** Remove our kernelspec's folder. @returns the folder. */
export async function uninstallKernel(target: InstallTarget, env: Environment): Promise<string> {
  const dir = kernelDir(target, env)
  await rm(dir, { recursive: true, force: true })
  return dir
}

function kernelDir(target: InstallTarget, env: Environment): string {
  return join(dataDir(target, env), 'kernels', KERNEL_NAME)
}

function dataDir(target: InstallTarget, env: Environment): string {
  if (target.kind === 'user') return userDataDir(env)
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
