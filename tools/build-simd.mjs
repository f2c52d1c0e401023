// Compile src/simd/assembly (AssemblyScript, explicit v128) to one WebAssembly SIMD module and write it, in base64, as
// src/simd/generated/kernels.ts. Does nothing while the sources are those of the last build. `--force` builds anyway.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const folder = join(root, 'src/simd/assembly')
const target = join(root, 'src/simd/generated/kernels.ts')

// stub runtime and imported memory: raw pointers only, no garbage collector; the host owns and grows the memory.
const FLAGS = ['-O3', '--enable', 'simd', '--runtime', 'stub', '--importMemory', '--noAssert']

const sources = readdirSync(folder)
  .filter((name) => name.endsWith('.ts'))
  .sort()
const hash = createHash('sha256').update(FLAGS.join(' '))
for (const name of sources) hash.update(name).update(readFileSync(join(folder, name)))
const stamp = `// sources ${hash.digest('hex')}\n`

const fresh = existsSync(target) && readFileSync(target, 'utf8').startsWith(stamp)
if (!fresh || process.argv.includes('--force')) {
  const { default: asc } = await import('assemblyscript/asc')
  let binary
  const { error, stderr } = await asc.main(
    ['index.ts', ...FLAGS, '--baseDir', folder, '--outFile', 'kernels.wasm'],
    {
      writeFile: (_name, contents) => {
        binary = contents
      },
    },
  )
  if (error || !binary) {
    console.error(`${stderr}`)
    console.error(`build-simd: ${error?.message ?? 'no module was written'}`)
    process.exit(1)
  }
  mkdirSync(dirname(target), { recursive: true })
  const text = `${stamp}/** The compiled pixel kernels, base64. Made by tools/build-simd.mjs. */\nexport const KERNELS_BASE64 =\n  '${Buffer.from(binary).toString('base64')}'\n`
  writeFileSync(`${target}.${process.pid}`, text)
  renameSync(`${target}.${process.pid}`, target)
  console.log(`simd: ${sources.length} files, ${binary.length} bytes of WebAssembly`)
}
