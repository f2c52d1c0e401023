import fs from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import zlib from 'node:zlib'

const gzip = promisify(zlib.gzip)
const TEXT = /\.(js|css|json|svg|txt|wasm|ttf|eot)$/

/** Write a `.gz` beside every text file above 1 KB that gets smaller; returns the total sizes. */
export async function compressAll(folder) {
  const sizes = { raw: 0, gzip: 0 }
  const files = fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
  await Promise.all(
    files.map(async (entry) => {
      const file = path.join(entry.parentPath ?? entry.path, entry.name)
      const bytes = await fs.promises.readFile(file)
      const packed = TEXT.test(entry.name) && bytes.length > 1024 ? await gzip(bytes, { level: 9 }) : bytes
      if (packed.length < bytes.length) await fs.promises.writeFile(`${file}.gz`, packed)
      sizes.raw += bytes.length
      sizes.gzip += packed.length
    }),
  )
  return sizes
}
