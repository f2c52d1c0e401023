import { existsSync } from 'node:fs'

/** Put the temporary folders of a test file into memory where there is such a place: for tests that write thousands of files, whose syncs say nothing. */
export function useMemoryDisk(): void {
  if (existsSync('/dev/shm')) process.env['TMPDIR'] = '/dev/shm'
}
