import { resolve } from 'node:path'
import { isAddress, placeBelow, placeOfUri } from '#butler'

/** Where something is that a user names: an address as it is, anything else from a folder; without a slash at its end. */
export function placeFrom(folder: string, name: string): string {
  if (isAddress(name)) return placeOfUri(name).replace(/(?<=[^/])\/+$/, '')
  return isAddress(folder) && !name.startsWith('/')
    ? placeBelow(folder, name)
    : resolve(folder, name).replaceAll('\\', '/')
}
