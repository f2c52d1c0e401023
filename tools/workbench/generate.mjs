import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { readJson } from './packages.mjs'

const { Build } = createRequire(import.meta.url)('@jupyter/builder')

/** Write the generated modules (entry, plugin list, styles) and schemas.json; returns the theme configurations. */
export function generateEntry({ root, gen, out, packages }) {
  fs.mkdirSync(gen, { recursive: true })
  fs.mkdirSync(out, { recursive: true })
  const themes = Build.ensureAssets({
    packageNames: packages.map((item) => item.name),
    output: gen,
    schemaOutput: gen,
    themeOutput: out,
  })
  fs.writeFileSync(path.join(gen, 'public-path.js'), PUBLIC_PATH)
  fs.writeFileSync(path.join(gen, 'plugins.js'), pluginModule(packages))
  fs.writeFileSync(path.join(gen, 'index.js'), ENTRY)
  const ours = { name: 'firstlight', version: readJson(path.join(root, 'package.json')).version }
  const schemas = schemaList([...packages, { ...ours, schemaDir: path.join(root, 'workbench/app/schema') }])
  fs.writeFileSync(path.join(out, 'schemas.json'), JSON.stringify(schemas))
  return themes
}

// The public path must be set by the first import, before any chunk is asked for.
const PUBLIC_PATH = `import { PageConfig } from '@jupyterlab/coreutils'
__webpack_public_path__ = PageConfig.getOption('fullStaticUrl') + '/'
`

const ENTRY = `import './public-path.js'
import './style.js'
import '../style/index.css'
import { extensions, mimeExtensions } from './plugins.js'
import { startWorkbench } from '../index.ts'
void startWorkbench({ extensions, mimeExtensions })
`

function pluginModule(packages) {
  const lists = { extensions: [], mimeExtensions: [] }
  const imports = []
  const add = (list, module) => {
    if (!module) return
    const local = `m${imports.length}`
    imports.push(`import * as ${local} from '${module}'`)
    list.push(local)
  }
  for (const item of packages) {
    add(lists.extensions, item.extension)
    add(lists.mimeExtensions, item.mimeExtension)
  }
  const exports = Object.entries(lists).map(
    ([name, locals]) => `export const ${name} = [${locals.join(', ')}]`,
  )
  return `${[...imports, ...exports].join('\n')}\n`
}

/** `{ 'package:plugin': { version, schema } }` for every setting schema, as /lab/api/settings serves them. */
function schemaList(packages) {
  const schemas = {}
  for (const { name, version, schemaDir } of packages) {
    if (!schemaDir || !fs.existsSync(schemaDir)) continue
    for (const file of fs.readdirSync(schemaDir).filter((entry) => entry.endsWith('.json'))) {
      const schema = readJson(path.join(schemaDir, file))
      schemas[`${name}:${path.basename(file, '.json')}`] = { version, schema }
    }
  }
  return schemas
}
