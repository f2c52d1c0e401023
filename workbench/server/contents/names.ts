/** First name of the series `base`, `base1`, `base2` … (with `insert` before the number) that `taken` does not hold. */
export function freeName(name: string, taken: ReadonlySet<string>, insert = ''): string {
  const [base, ext] = splitName(name)
  for (let i = 0; ; i++) {
    const candidate = i === 0 ? name : `${base}${insert}${i}${ext}`
    if (!taken.has(candidate)) return candidate
  }
}

/** `a.ipynb` keeps its name where that is free, else it is `a-Copy1.ipynb`; a copy of a copy counts on. */
export function copyName(name: string, taken: ReadonlySet<string>): string {
  const [base, ext] = splitName(name)
  return freeName(`${base.replace(/-Copy\d*$/, '')}${ext}`, taken, '-Copy')
}

/** `a.tar.gz` is `a` and `.tar.gz`; a notebook's name may hold dots. */
function splitName(name: string): [base: string, ext: string] {
  const at = name.endsWith('.ipynb') ? name.lastIndexOf('.') : name.indexOf('.')
  return at <= 0 ? [name, ''] : [name.slice(0, at), name.slice(at)]
}
