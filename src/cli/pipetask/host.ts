import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { FirstlightError } from '#core'
import type { PipelineHost } from '#pipeline'
import type { CommandIo } from './io.ts'

const SHIPPED = 'firstlight:'

/**
 * Files, environment variables and the pipelines that ship with us, which go by `firstlight:pipelines/NAME.yaml`, or by
 * `pipelines/NAME.yaml` where there is no such file.
 */
export function makePipelineHost(io: CommandIo): PipelineHost {
  const shipped = async (path: string): Promise<string | undefined> => {
    const { standardPipelines } = await import('#tasks')
    return standardPipelines[path.startsWith(SHIPPED) ? path.slice(SHIPPED.length) : path]
  }
  return {
    env: io.env,
    async exists(path) {
      return existsSync(resolve(io.cwd, path)) || (await shipped(path)) !== undefined
    },
    async readText(path) {
      const file = resolve(io.cwd, path)
      if (!path.startsWith(SHIPPED) && existsSync(file)) return readFile(file, 'utf8')
      const text = await shipped(path)
      if (text !== undefined) return text
      throw new FirstlightError('files/not-found', `No such file: '${path}'.`, { data: { path } })
    },
    async instrumentOverrides(instrument, taskName) {
      const folder = io.env('FIRSTLIGHT_INSTRUMENT_CONFIG')
      const file = folder === undefined ? undefined : resolve(io.cwd, folder, `${taskName}.py`)
      if (file === undefined || !existsSync(file)) return []
      return [{ file, text: await readFile(file, 'utf8') }]
    },
  }
}
