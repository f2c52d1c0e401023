import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rspack } from '@rspack/core'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** Bundle one TypeScript module of the application for a bare page; its exports become `globalThis.bundle`. */
export async function bundleForPage(entry: string): Promise<string> {
  const out = mkdtempSync(join(tmpdir(), 'firstlight-bundle-'))
  const { imports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    imports: Record<string, { source: string }>
  }
  const alias = Object.fromEntries(
    Object.entries(imports).map(([name, { source }]) => [`${name}$`, join(root, source)]),
  )
  const swc = { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' } }
  try {
    await new Promise<void>((resolve, reject) => {
      rspack(
        {
          mode: 'development',
          devtool: false,
          entry: { page: join(root, entry) },
          output: { path: out, filename: 'page.js', library: { type: 'var', name: 'bundle' } },
          resolve: { alias, extensions: ['.ts', '.js'] },
          module: {
            rules: [{ test: /\.ts$/, loader: 'builtin:swc-loader', options: swc, type: 'javascript/auto' }],
          },
        },
        (error, stats) => {
          if (error) reject(error)
          else if (stats?.hasErrors()) reject(new Error(stats.toString('errors-only')))
          else resolve()
        },
      )
    })
    return readFileSync(join(out, 'page.js'), 'utf8')
  } finally {
    rmSync(out, { recursive: true, force: true })
  }
}
