const { defineProperty, getOwnPropertyDescriptor, ownKeys } = Reflect

interface Member {
  readonly holder: object
  readonly key: PropertyKey
  readonly name: string
  readonly descriptor: PropertyDescriptor
}

/** Read by index alone: a list's iterator may be what was replaced. */
const members: Member[] = []

for (const name of ownKeys(globalThis)) {
  const descriptor = getOwnPropertyDescriptor(globalThis, name)
  const value: unknown = descriptor?.value
  if (typeof name !== 'string' || descriptor === undefined || value === globalThis) continue
  if (typeof value === 'function') {
    members.push({ holder: globalThis, key: name, name, descriptor })
    if (typeof value.prototype === 'object') remember(value.prototype as object, `${name}.prototype`)
  }
  if (typeof value === 'function' || ['JSON', 'Math', 'Reflect', 'Atomics'].includes(name))
    remember(value as object, name)
}
const iterators: [object, string][] = [
  [[].values(), 'the iterator of arrays'],
  [new Map().values(), 'the iterator of maps'],
  [new Set().values(), 'the iterator of sets'],
  [''.matchAll(/./g), 'the iterator of matches'],
]
for (const [iterator, name] of iterators) remember(Object.getPrototypeOf(iterator) as object, name)
remember(Object.getPrototypeOf(Uint8Array.prototype) as object, 'TypedArray.prototype')

function remember(holder: object | null, name: string): void {
  if (holder === null) return
  for (const key of ownKeys(holder)) {
    const descriptor = getOwnPropertyDescriptor(holder, key)
    if (descriptor?.configurable === true && isCode(descriptor))
      members.push({ holder, key, name: `${name}.${String(key)}`, descriptor })
  }
}

function isCode({ value, get }: PropertyDescriptor): boolean {
  return typeof value === 'function' || get !== undefined
}

/**
 * The kernel's own work in the realm of cells. Cells may replace the functions of the language; when the work fails for it,
 * those are put back and it is done once more. It must be such that it can begin twice.
 */
export function insist<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    const restored = restoreBuiltins()
    if (restored.length === 0) throw error
    const result = work()
    process.stderr.write(
      `The kernel needs what cells replaced, and has put it back: ${restored.join(', ')}\n`,
    )
    return result
  }
}

/** @returns the names of what was replaced */
function restoreBuiltins(): string[] {
  const restored: string[] = []
  for (let i = 0; i < members.length; i++) {
    const { holder, key, name, descriptor } = members[i]!
    const now = getOwnPropertyDescriptor(holder, key)
    if (now !== undefined && now.value === descriptor.value && now.get === descriptor.get) continue
    if (defineProperty(holder, key, descriptor))
      defineProperty(restored, restored.length, {
        value: name,
        writable: true,
        configurable: true,
        enumerable: true,
      })
  }
  return restored
}
