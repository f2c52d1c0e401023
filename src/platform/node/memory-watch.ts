import { readFileSync } from 'node:fs'

/** Often enough that what is allocated between two looks, at some GB/s, is a few 100 MB. */
const LOOK_MS = 50

/** Memory that a process holds, without pages of files (its code), in bytes; undefined where the system has no /proc. */
export function heldBytes(pid: number): number | undefined {
  try {
    const [, kib] = /^RssAnon:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return kib === undefined ? undefined : Number(kib) * 1024
  } catch {
    return undefined
  }
}

/** Call `onOver` once, when a process holds more than so many bytes. @returns ends the watch */
export function watchMemory(pid: number, mostBytes: number, onOver: () => void): () => void {
  const timer = setInterval(() => {
    if ((heldBytes(pid) ?? 0) <= mostBytes) return
    clearInterval(timer)
    onOver()
  }, LOOK_MS)
  timer.unref()
  return () => clearInterval(timer)
}
