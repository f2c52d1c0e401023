import type { Formatter } from '#butler'
import type { NdArray } from '#image'
import { skyMapFromJson, skyMapToJson, type SkyMap } from '#skymap'
import { badValue } from './errors.ts'
import { readNpy, writeNpy } from './npy.ts'
import { parseJson, stringifyJson } from './text/json-text.ts'
import { readAll, readText } from './text/read-text.ts'

/** Sky maps as their config in JSON; the stack pickles Python objects, which nothing else can read. */
export const skyMapFormatter: Formatter = {
  name: 'firstlight.formats.SkyMapFormatter',
  extension: '.json',
  read: async (source) => skyMapFromJson(parseJson(await readText(source), source.name)),
  write: (value) => stringifyJson(skyMapToJson(value as SkyMap)),
}

/** Arrays as numpy's .npy, for the same reason. */
export const npyFormatter: Formatter = {
  name: 'firstlight.formats.NpyFormatter',
  extension: '.npy',
  read: async (source) => readNpy(await readAll(source), source.name),
  write: (value) => {
    if (typeof value !== 'object' || value === null || !('shape' in value && 'data' in value))
      throw badValue('array', 'an NdArray (ndArray(shape, data))', value)
    return writeNpy(value as NdArray)
  },
}
