import { readdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type Environment, findKernels, type InstalledKernel } from './wire.ts'

/** Name of the kernel that needs no installation. */
export const OWN_KERNEL = 'firstlight'

/** kernelspec model of the Jupyter interface; `resources` maps logo names to URLs. */
export interface KernelspecModel {
  readonly name: string
  readonly spec: InstalledKernel['spec']
  readonly resources: Readonly<Record<string, string>>
}

/** The flag lets the inspector end a busy cell without ending its thread. */
const NODE_FLAGS = ['--no-force-async-hooks-checks']

/** Our kernel, started from this very installation whatever is installed on the machine. */
export function ownKernel(main: string): InstalledKernel {
  return {
    name: OWN_KERNEL,
    dir: dirname(main),
    spec: {
      argv: [process.execPath, ...NODE_FLAGS, main, '{connection_file}'],
      display_name: 'TypeScript (Firstlight)',
      language: 'typescript',
      interrupt_mode: 'message',
      metadata: { debugger: false },
    },
  }
}

/** Ours first, then whatever Jupyter would find. */
export async function allKernels(own: InstalledKernel, env: Environment): Promise<InstalledKernel[]> {
  const others = (await findKernels(env)).filter(({ name }) => name !== own.name)
  return [own, ...others]
}

const RESOURCE = /^(?:logo-[\w-]+\.(?:png|svg)|kernel\.(?:js|css))$/

/** Names of the files a front end may ask for. */
export async function resourcesOf({ name, dir }: InstalledKernel): Promise<Record<string, string>> {
  if (name === OWN_KERNEL) return { 'logo-svg': '/static/logo.svg' }
  const files = await readdir(dir).catch(() => [])
  return Object.fromEntries(
    files
      .filter((file) => RESOURCE.test(file))
      .map((file) => [
        file.startsWith('logo-') ? file.replace(/\.\w+$/, '') : file,
        `/kernelspecs/${encodeURIComponent(name)}/${file}`,
      ]),
  )
}

export const isResource = (file: string): boolean => RESOURCE.test(file)
