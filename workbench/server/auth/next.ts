/** Where to go after login: a path on this server, or the start page. */
export function safeNext(next: string | null): string {
  if (next === null || !/^\/(?![/\\])[^\\\0-\x1f]*$/.test(next)) return START_PAGE
  const base = 'http://here.invalid'
  try {
    const url = new URL(next, base)
    if (url.origin !== base || url.pathname.startsWith('//')) return START_PAGE
    url.searchParams.delete('token')
    return url.pathname + url.search
  } catch {
    return START_PAGE
  }
}

export const START_PAGE = '/lab'
