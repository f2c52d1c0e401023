import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const dist = fileURLToPath(new URL('../../dist/', import.meta.url))
const plain = join(dist, 'kernel/main.js')
const bundled = join(dist, 'kernel-bundle/session/main.js')

/** The kernel as it is shipped, in one file a thread; the compiled files while they are newer (`tsc -b` without a build). */
export const kernelMain = isFresh() ? bundled : plain

function isFresh(): boolean {
  if (!existsSync(plain)) throw new Error('dist/kernel is missing: npm run build comes before this test')
  if (!existsSync(bundled)) return false
  const time = statSync(join(dist, 'kernel-bundle/execute/worker.js')).mtimeMs
  return readdirSync(join(dist, 'kernel'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.js'))
    .every((name) => statSync(join(dist, 'kernel', name)).mtimeMs <= time)
}
