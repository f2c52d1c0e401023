/** Stop on a broken invariant of ours; what a user can cause is a FirstlightError instead. */
export function assert(condition: unknown, message: string): asserts condition {
  if (condition !== true && !condition) throw new Error(`Broken invariant: ${message}`)
}

/** Close a switch over a union: the compiler refuses it while a case is missing. */
export function unreachable(value: never): never {
  throw new Error(`Broken invariant: unexpected case ${JSON.stringify(value)}`)
}
