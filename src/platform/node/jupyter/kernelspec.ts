import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { didYouMean, messageOf } from '#core'
import { JupyterError } from './errors.ts'
import { dataPath, type Environment } from './paths.ts'

/** A kernel.json, fields named as in the file. */
export interface KernelSpec {
  readonly argv: readonly string[]
  readonly display_name: string
  readonly language: string
  readonly interrupt_mode?: 'signal' | 'message'
  readonly env?: Readonly<Record<string, string>>
  readonly metadata?: Readonly<Record<string, unknown>>
}

/** An installed kernel: its folder's name is its name. */
export interface InstalledKernel {
  readonly name: string
  /** Folder that holds kernel.json and its logos. */
  readonly dir: string
  readonly spec: KernelSpec
}

const NAME = /^[a-z0-9._-]+$/i

/** Every kernel on Jupyter's search path, sorted by name; of two with one name the earlier folder wins, broken ones are left out. */
export async function findKernels(env: Environment): Promise<InstalledKernel[]> {
  const { kernels } = await searchKernels(env)
  return [...kernels.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Folders on the search path that look like kernels and cannot be read, with the reason. */
export async function brokenKernels(env: Environment): Promise<readonly BrokenKernel[]> {
  return (await searchKernels(env)).broken
}

export interface BrokenKernel {
  readonly dir: string
  readonly why: string
}

async function searchKernels(env: Environment) {
  const kernels = new Map<string, InstalledKernel>()
  const broken: BrokenKernel[] = []
  for (const data of dataPath(env)) {
    const root = join(data, 'kernels')
    for (const folder of await namesIn(root)) {
      const name = folder.toLowerCase()
      const dir = join(root, folder)
      if (!NAME.test(folder) || kernels.has(name)) continue
      try {
        kernels.set(name, { name, dir, spec: await readKernelSpec(dir) })
      } catch (error) {
        broken.push({ dir, why: messageOf(error) })
      }
    }
  }
  return { kernels, broken }
}

/** @throws JupyterError `jupyter/no-such-kernel` naming the near one. */
export async function findKernel(name: string, env: Environment): Promise<InstalledKernel> {
  const kernels = await findKernels(env)
  const kernel = kernels.find((k) => k.name === name.toLowerCase())
  if (kernel !== undefined) return kernel
  const names = kernels.map((k) => k.name)
  throw new JupyterError('jupyter/no-such-kernel', `No kernel named '${name}'.${didYouMean(name, names)}`, {
    hint: `Installed: ${names.join(', ') || 'none'}. Install ours with: firstlight kernel install --user`,
  })
}

/** Read a kernel folder's kernel.json. @throws JupyterError `jupyter/bad-kernelspec` naming file and field. */
export async function readKernelSpec(dir: string): Promise<KernelSpec> {
  const path = join(dir, 'kernel.json')
  const bad = (what: string) => new JupyterError('jupyter/bad-kernelspec', `Kernelspec ${path}: ${what}`)
  let spec: Partial<KernelSpec>
  try {
    spec = JSON.parse(await readFile(path, 'utf8')) as Partial<KernelSpec>
  } catch (cause) {
    throw bad(messageOf(cause))
  }
  if (
    !Array.isArray(spec.argv) ||
    spec.argv.length === 0 ||
    !spec.argv.every((arg) => typeof arg === 'string')
  )
    throw bad("wanted a list of words in 'argv'")
  return { ...spec, argv: spec.argv, display_name: spec.display_name ?? '', language: spec.language ?? '' }
}

const namesIn = (dir: string): Promise<string[]> => readdir(dir).catch(() => [])
