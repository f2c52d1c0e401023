/** Paths and `file://` URIs. Paths are absolute and `/`-separated. */

/** With all but the characters that Python's `quote` leaves alone as `%XX`. */
export const quotePath = (path: string): string =>
  /^[\w.~/-]*$/.test(path) ? path : path.split('/').map(quotePart).join('/')

const quotePart = (part: string): string =>
  encodeURIComponent(part)
    .replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%7E', '~')

export const unquotePath = (path: string): string => {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

export const fileUri = (path: string): string => `file://${quotePath(path)}`

/** The path of a `file://` URI or of plain text; undefined for other schemes. */
export function pathOf(uriOrPath: string): string | undefined {
  if (uriOrPath.startsWith('file://'))
    return unquotePath(uriOrPath.slice('file://'.length).replace(/#.*$/, ''))
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(uriOrPath) ? undefined : uriOrPath
}

/** Whether text names a scheme: `s3://…`, `file://…`. */
export const isAddress = (text: string): boolean => /^[a-z][a-z0-9+.-]*:\/\//i.test(text)

/** A recorded path without what stands behind `#`; a bare `#` is part of a name only in addresses, quoted. */
export const withoutFragment = (path: string): string => path.replace(/#zip-path=.*$/, '')

/** The member of an archive that a recorded path names (`a.zip#zip-path=member`). */
export function zipMember(path: string): string | undefined {
  const m = /#zip-path=(.*)$/.exec(path)
  return m?.[1]
}

/** Where the bytes of a URI are, for `Files`: a plain path, or an address whose key is not quoted (HTTP stays as it is). */
export function placeOfUri(uri: string): string {
  const plain = uri.replace(/#.*$/, '')
  const path = pathOf(plain)
  if (path !== undefined) return path
  return /^https?:/i.test(plain) ? plain : unquotePath(plain)
}

/** The URI of a place: `file://…` for a path, an address with its key quoted. */
export function uriOf(place: string): string {
  if (!isAddress(place)) return fileUri(place)
  if (/^https?:/i.test(place)) return place
  const at = place.indexOf('://') + 3
  return place.slice(0, at) + quotePath(place.slice(at))
}

/** A place as `FileDataset` names it: a path as it is, an address as a URI. */
export const nameOfPlace = (place: string): string => (isAddress(place) ? uriOf(place) : place)

export const joinPath = (folder: string, relative: string): string =>
  `${folder.replace(/\/+$/, '')}/${relative}`

/** A relative path without empty parts, `.` and, as far as they have a parent in it, `..`. */
export function normalize(path: string): string {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop()
    else parts.push(part)
  }
  return parts.join('/')
}

/** Whether a normalized relative path stays below where it starts. */
export const isInside = (path: string): boolean => path !== '' && !/^\.\.(?:\/|$)/.test(path)

/** `path` relative to a folder, or undefined when it is not below it. */
export function relativeTo(folder: string, path: string): string | undefined {
  const base = `${folder.replace(/\/+$/, '')}/`
  if (!path.startsWith(base)) return undefined
  const relative = path.slice(base.length)
  if (!/(?:^|\/)\.{0,2}(?:\/|$)/.test(relative)) return relative
  const inside = normalize(relative)
  return isInside(inside) ? inside : undefined
}

/** Whether places below this root are addresses with their paths quoted. */
export const isQuoted = (root: string): boolean => /^https?:/i.test(root)

/** Where a path below a folder is; on HTTP it is quoted there. */
export const placeBelow = (folder: string, relative: string): string =>
  joinPath(folder, isQuoted(folder) ? quotePath(relative) : relative)

export const folderOf = (path: string): string => path.slice(0, Math.max(1, path.lastIndexOf('/')))

/** `.json`, `.fits.gz`: the extension, a compression suffix with what is before it. */
export function extensionOf(path: string): string {
  const base = path.slice(path.lastIndexOf('/') + 1)
  const m = /(\.[A-Za-z0-9_]+)?(\.(?:gz|fz|bz2|zst))?$/.exec(base)
  const text = m?.[0] ?? ''
  return text !== '' && text !== base ? text : ''
}
