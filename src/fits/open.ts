import type { ByteSource } from '#core'
import { fitsError } from './errors.ts'
import type { FitsFile } from './hdu.ts'

export async function openFits(source: ByteSource | Uint8Array, name?: string): Promise<FitsFile> {
  await Promise.resolve()
  throw fitsError('fits/unsupported', name ?? '', `not yet ${typeof source}`)
}
