const AT_ONCE = 32

/** Work on all items, some at a time; results in their order. */
export async function eachLimited<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const out: R[] = []
  for (let i = 0; i < items.length; i += AT_ONCE)
    out.push(...(await Promise.all(items.slice(i, i + AT_ONCE).map(work))))
  return out
}
