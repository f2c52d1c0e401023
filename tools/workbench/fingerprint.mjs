import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'

const INPUTS = ['package-lock.json', 'tools/build-workbench.mjs', 'tools/workbench', 'workbench/app', 'src']
const SKIPPED = /(^|\/)(gen|generated|platform\/node|cli|assembly)(\/|$)/

/** Hash of everything the bundle is made from, names and bytes. */
export function fingerprint(root) {
  const hash = createHash('sha256')
  for (const input of INPUTS) addPath(hash, root, input)
  return hash.digest('hex')
}

function addPath(hash, root, relative) {
  if (SKIPPED.test(relative)) return
  const file = path.join(root, relative)
  if (fs.statSync(file).isDirectory()) {
    for (const name of fs.readdirSync(file).sort()) addPath(hash, root, `${relative}/${name}`)
    return
  }
  hash.update(relative).update('\0').update(fs.readFileSync(file)).update('\0')
}

const stampFile = (out) => path.join(out, '.stamp')
export const writeStamp = (out, stamp) => fs.writeFileSync(stampFile(out), stamp)
export const readStamp = (out) =>
  fs.existsSync(stampFile(out)) ? fs.readFileSync(stampFile(out), 'utf8') : undefined
