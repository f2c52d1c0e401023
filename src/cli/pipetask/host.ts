import { existsSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { isAddress } from '#butler'
import { FirstlightError } from '#core'
import type { PipelineHost } from '#pipeline'
import { hasNamed, readNamed } from '../shared/place.ts'
import type { CommandIo } from './io.ts'

const SHIPPED = 'firstlight:'

/**
 * Files, also on servers, environment variables and the pipelines that ship with us, which go by `firstlight:pipelines/NAME.yaml`, or by
 * `pipelines/NAME.yaml`, `NAME.yaml` or `NAME` where there is no such file. Overrides of instruments are those of our tasks;
 * FIRSTLIGHT_INSTRUMENT_CONFIG names a folder of others.
 */
export function makePipelineHost(io: CommandIo): PipelineHost {
  const isFile = async (path: string): Promise<boolean> =>
    isAddress(path) ? hasNamed(path) : !path.startsWith(SHIPPED) && existsSync(resolve(io.cwd, path))
  const shipped = async (path: string): Promise<string | undefined> => {
    const { standardPipelines } = await import('#tasks')
    const name = path.startsWith(SHIPPED) ? path.slice(SHIPPED.length) : path
    const known = [name, `pipelines/${name}`, `pipelines/${name}.yaml`].find((n) => n in standardPipelines)
    return known === undefined ? undefined : standardPipelines[known]
  }
  return {
    env: io.env,
    exists: async (path) => (await isFile(path)) || (await shipped(path)) !== undefined,
    isShipped: async (path) => !(await isFile(path)) && (await shipped(path)) !== undefined,
    async readText(path) {
      if (isAddress(path)) return textOf(await readNamed(io.cwd, path), path)
      if (await isFile(path)) return readTextFile(resolve(io.cwd, path))
      const text = await shipped(path)
      if (text !== undefined) return text
      if (!/\.ya?ml$|^[\w:-]+$/.test(path))
        throw new FirstlightError('files/not-found', `No such file: '${path}'.`, { data: { path } })
      const { standardPipelines } = await import('#tasks')
      throw new FirstlightError('files/not-found', `No such file: '${path}'.`, {
        hint: `Pipelines that ship with us: ${Object.keys(standardPipelines)
          .map((name) => `${SHIPPED}${name}`)
          .join(', ')}.`,
        data: { path },
      })
    },
    async instrumentOverrides(instrument, taskName) {
      const folder = io.env('FIRSTLIGHT_INSTRUMENT_CONFIG')
      const file = folder === undefined ? undefined : resolve(io.cwd, folder, `${taskName}.py`)
      if (file !== undefined && existsSync(file)) return [{ file, text: await readTextFile(file) }]
      const { instrumentOverrides } = await import('#tasks')
      return instrumentOverrides(instrument, taskName)
    },
  }
}

async function readTextFile(file: string): Promise<string> {
  if ((await stat(file)).isDirectory())
    throw new FirstlightError('files/is-folder', `${file} is a folder.`, {
      hint: 'Name the file in it that is meant.',
    })
  return textOf(await readFile(file), file)
}

function textOf(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new FirstlightError(
      'files/not-utf8',
      `${file}:${firstBadLine(bytes)}: this line is not UTF-8 text.`,
      {
        hint: 'Save the file as UTF-8; from Latin-1: iconv -f latin1 -t utf8 FILE.',
        cause,
      },
    )
  }
}

function firstBadLine(bytes: Uint8Array): number {
  const text = new TextDecoder().decode(bytes)
  return text.slice(0, text.indexOf('\ufffd')).split('\n').length
}
