// Run after every change of dependencies, before the lock is committed. A registry may lack some foreign-platform
// binaries; npm leaves those out of the lock and `npm ci` then refuses it. This names every optional dependency that
// is missing, with the platform taken from its name, so that `npm ci` accepts the lock and nobody downloads them.
import { readFileSync, writeFileSync } from 'node:fs'

const OS = {
  linux: 'linux',
  darwin: 'darwin',
  win32: 'win32',
  android: 'android',
  freebsd: 'freebsd',
  openharmony: 'openharmony',
  openbsd: 'openbsd',
  netbsd: 'netbsd',
  sunos: 'sunos',
  aix: 'aix',
}
const CPU = ['x64', 'arm64', 'arm', 'ia32', 'ppc64', 'riscv64', 's390x', 'loong64', 'mips64el']

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'))
const packages = lock.packages

function resolvesFrom(parent, name) {
  for (let at = parent; ; ) {
    if (packages[at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`]) return true
    if (at === '') return false
    const up = at.lastIndexOf('/node_modules/')
    at = up < 0 ? '' : at.slice(0, up)
  }
}

function platformOf(name) {
  const words = name
    .toLowerCase()
    .replace(/^@[^/]+\//, '')
    .split(/[-_.]/)
  const os = words.map((w) => OS[w]).find(Boolean)
  const cpu = words.find((w) => CPU.includes(w)) ?? (words.includes('ppc64le') ? 'ppc64' : undefined)
  const libc = words.some((w) => w.startsWith('musl'))
    ? 'musl'
    : words.some((w) => /^(gnu|glibc)/.test(w))
      ? 'glibc'
      : undefined
  return { ...(cpu && { cpu: [cpu] }), ...(libc && { libc: [libc] }), ...(os && { os: [os] }) }
}

let added = 0
for (const [path, entry] of Object.entries(packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    if (path === '' || resolvesFrom(path, name)) continue
    const platform = platformOf(name)
    if (!platform.os && !platform.cpu) continue
    if (!/^\d+\.\d+\.\d+/.test(version))
      throw new Error(`${name}@${version} of ${path}: not an exact version`)
    packages[`node_modules/${name}`] = {
      version,
      ...(entry.dev && { dev: true }),
      optional: true,
      ...platform,
    }
    added++
  }
}
lock.packages = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
writeFileSync('package-lock.json', `${JSON.stringify(lock, null, 2)}\n`)
console.log(`${added} foreign-platform packages named`)
