// Builds the browser application: JupyterLab from its npm packages plus our plugins, into workbench/static.
// Usage: node tools/build-workbench.mjs [--development] [--force]
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import rspack from '@rspack/core'
import { compressAll } from './workbench/compress.mjs'
import { fingerprint, readStamp, writeStamp } from './workbench/fingerprint.mjs'
import { generateEntry } from './workbench/generate.mjs'
import { withLock } from './workbench/lock.mjs'
import { extensionPackages } from './workbench/packages.mjs'
import { appConfig } from './workbench/rspack-config.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const target = path.join(root, 'workbench/static')
/** Built here and then moved in one step: a server that runs meanwhile keeps its files. */
const out = path.join(root, '.cache/workbench-static')
const gen = path.join(root, 'workbench/app/gen')

/** Build unless the last build had the same inputs; says what it did. */
async function main() {
  const mode = process.argv.includes('--development') ? 'development' : 'production'
  const stamp = `${mode} ${fingerprint(root)}`
  if (!process.argv.includes('--force') && readStamp(target) === stamp)
    return console.log('workbench: up to date')
  const began = performance.now()
  for (const folder of [out, gen]) fs.rmSync(folder, { recursive: true, force: true })
  const packages = extensionPackages(root)
  const themes = generateEntry({ root, gen, out, packages })
  const stats = await run([appConfig({ root, gen, out, mode }), ...themes])
  writeAssets(stats)
  fs.copyFileSync(path.join(root, 'workbench/app/style/logo.svg'), path.join(out, 'logo.svg'))
  const sizes = await compressAll(out)
  writeStamp(out, stamp)
  replaceFolder(target, out)
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  console.log(
    `workbench: ${packages.length} packages in ${seconds} s, ${mb(sizes.raw)} MB, ${mb(sizes.gzip)} MB gzipped`,
  )
}

function replaceFolder(target, source) {
  const old = `${source}-old`
  fs.rmSync(old, { recursive: true, force: true })
  if (fs.existsSync(target)) fs.renameSync(target, old)
  fs.renameSync(source, target)
  fs.rmSync(old, { recursive: true, force: true })
}

/** Run all configurations; a failed one ends the build with its messages. */
function run(configs) {
  return new Promise((resolve, reject) => {
    rspack.rspack(configs, (error, stats) => {
      if (error) return reject(error)
      if (stats.hasErrors()) return reject(new Error(stats.toString({ preset: 'errors-warnings' })))
      resolve(stats)
    })
  })
}

/** Tell the server which hashed files the page loads. */
function writeAssets(stats) {
  const [app] = stats.toJson({ all: false, entrypoints: true }).children
  const files = app.entrypoints.main.assets.map((asset) => asset.name)
  const assets = {
    scripts: files.filter((name) => name.endsWith('.js')),
    styles: files.filter((name) => name.endsWith('.css')),
  }
  fs.writeFileSync(path.join(out, 'assets.json'), JSON.stringify(assets))
}

const mb = (bytes) => (bytes / 1e6).toFixed(1)

// Two builds at once would mix their files.
withLock(path.join(root, '.cache/workbench.lock'), main).catch((error) => {
  console.error(`workbench: the build failed\n${error.message}`)
  process.exitCode = 1
})
