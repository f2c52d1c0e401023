// Copied to dist/bin/load.js: loads the bundled scripts beside it with the code that V8 made of them when they were bundled, so that a
// command does not compile them at each start. Another version of Node, or other options of V8, refuse that code and compile as ever.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { arch, env, pid, version } from 'node:process'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { Script } from 'node:vm'

const folder = dirname(fileURLToPath(import.meta.url))
const native = createRequire(import.meta.url)
const importModule = (name) => import(name)
/** Exports by file, those of scripts that are still running included. */
const loaded = new Map()
const lazy = new Map()
const scripts = new Map()
/** Programs use different functions of one script: each has its own code. */
let codeFolder

/** Exports of a script of this folder; the first that a process loads is its program. */
export function load(name) {
  codeFolder ??= join(folder, 'code', `${version}-${arch}`, name.startsWith('lib/') ? 'lib' : name)
  return loadFile(join(folder, name))
}

function loadFile(file) {
  const known = loaded.get(file)
  if (known !== undefined) return known
  const exports = {}
  loaded.set(file, exports)
  // Dynamic imports go through us: code that was kept has lost where it came from, which Node would ask for.
  const text = `(function (exports, require, importModule, importMetaUrl) {${readFileSync(file, 'utf8')}\n})`
  const script = new Script(text, { filename: file, cachedData: readCode(file) })
  scripts.set(file, script)
  const require = (name) => (name.startsWith('.') ? whenUsed(join(dirname(file), name)) : native(name))
  script.runInThisContext().call(exports, exports, require, importModule, pathToFileURL(file).href)
  return exports
}

/** Exports of a script that runs when the first of them is wanted: a command uses a few of those that it names. */
function whenUsed(file) {
  const known = lazy.get(file)
  if (known !== undefined) return known
  const fill = () => {
    const exports = loadFile(file)
    Object.setPrototypeOf(stand, Object.prototype)
    Object.defineProperties(stand, Object.getOwnPropertyDescriptors(exports))
    return exports
  }
  const stand = Object.create(
    new Proxy(Object.prototype, {
      get: (_, key) => fill()[key],
      has: (_, key) => key in fill(),
    }),
  )
  lazy.set(file, stand)
  return stand
}

const codePath = (file) => join(codeFolder, `${file.slice(folder.length + 1).replaceAll(/[\\/]/g, '-')}.code`)

function readCode(file) {
  try {
    return readFileSync(codePath(file))
  } catch {
    return undefined
  }
}

/** The code of all functions that have been used by now. */
function keepCode() {
  mkdirSync(codeFolder, { recursive: true })
  for (const [file, script] of scripts) {
    const path = codePath(file)
    writeFileSync(`${path}.${pid}`, script.createCachedData())
    renameSync(`${path}.${pid}`, path)
  }
}

if (env.FIRSTLIGHT_KEEP_CODE === '1') {
  process.on('exit', keepCode)
  // Workers are killed at their end: theirs is kept before each answer.
  const send = process.send?.bind(process)
  if (send !== undefined)
    process.send = (...message) => {
      keepCode()
      return send(...message)
    }
}
