import { KernelError } from '../errors.ts'
import type { Displays } from './display.ts'

let current: Displays | undefined

/** The thread has one session; modules that cells import show through it. */
export function useDisplays(displays: Displays): void {
  current = displays
}

export function sessionDisplays(): Displays {
  if (current !== undefined) return current
  throw new KernelError(
    'kernel/no-session',
    'This module shows things in notebooks and works only inside one',
  )
}
