import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { installKernel, uninstallKernel } from '../../kernel/launcher/install.ts'
import { dataPath, findKernel, userDataDir } from '../../src/platform/node/jupyter/index.ts'

const command = fileURLToPath(new URL('../../dist/src/cli/firstlight.js', import.meta.url))
let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'firstlight-install-'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

/** The command with a home of its own and no Python on PATH. */
function kernel(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const run = spawnSync(process.execPath, [command, 'kernel', ...args], {
    env: { HOME: home, PATH: '/nowhere', ...env },
    encoding: 'utf8',
  })
  return { code: run.status, out: run.stdout, err: run.stderr }
}

interface Spec {
  readonly argv: readonly string[]
  readonly display_name: string
  readonly env: Readonly<Record<string, string>>
}
const specIn = (dir: string) => JSON.parse(readFileSync(join(dir, 'kernel.json'), 'utf8')) as Spec

/** What the build made: bundled, or else compiled only. */
function kernelMain(): string {
  const bundled = resolve(command, '../../../kernel-bundle/session/main.js')
  return existsSync(bundled) ? bundled : resolve(command, '../../../kernel/main.js')
}

test('install, list and uninstall by the command, without Python', () => {
  const env = { JUPYTER_DATA_DIR: join(home, 'own') }
  const dir = join(home, 'own/kernels/firstlight')
  expect(kernel(['install'], env)).toMatchObject({
    code: 0,
    out: `Installed the kernel 'firstlight' in ${dir}\n`,
  })
  expect(specIn(dir).argv).toEqual([
    process.execPath,
    '--no-force-async-hooks-checks',
    kernelMain(),
    '{connection_file}',
  ])
  expect(kernel(['list'], env).out).toContain(`firstlight  TypeScript (Firstlight)  ${dir}`)
  expect(kernel(['uninstall'], env)).toMatchObject({ code: 0, out: `Removed ${dir}\n` })
  expect(existsSync(dir)).toBe(false)
})

test('a prefix that cannot be is refused in a sentence, at once', () => {
  const file = join(home, 'file')
  writeFileSync(file, '')
  const refusals = {
    '/proc/nowhere': 'Cannot make the folder /proc/nowhere',
    '': 'The prefix is empty',
    [file]: 'a part of the path is a file, not a folder',
  }
  for (const [prefix, message] of Object.entries(refusals)) {
    const { code, out, err } = kernel(['install', '--prefix', prefix])
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toContain(message)
    expect(err).not.toContain('    at ')
  }
})

test.each([
  ['user', {}, '.local/share/jupyter'],
  ['user', { XDG_DATA_HOME: 'xdg' }, 'xdg/jupyter'],
  ['user', { JUPYTER_DATA_DIR: 'own' }, 'own'],
  ['sys-prefix', { VIRTUAL_ENV: 'venv' }, 'venv/share/jupyter'],
  ['sys-prefix', { CONDA_PREFIX: 'conda' }, 'conda/share/jupyter'],
] as const)('%s with %j means %s, where clients find it', async (kind, relative, folder) => {
  const set = Object.entries(relative).map(([name, path]) => [name, join(home, path)] as const)
  const env = { HOME: home, ...Object.fromEntries(set) }
  const dir = join(home, folder, 'kernels/firstlight')
  expect(await installKernel({ kind }, env)).toBe(dir)
  expect(await findKernel('firstlight', env)).toMatchObject({ dir, spec: { language: 'typescript' } })
  expect(await uninstallKernel({ kind }, env)).toBe(dir)
  await expect(findKernel('firstlight', env)).rejects.toMatchObject({ code: 'jupyter/no-such-kernel' })
})

test('a prefix takes logos, environment and repository defaults, and several names', () => {
  const args = [
    '--repo',
    'repos/dc2',
    '--collections',
    'a,b',
    '--env',
    'X=1=2',
    '--name',
    'DC2',
    '--display-name',
    'DC2 data',
  ]
  expect(kernel(['install', '--prefix', home, ...args])).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^Installed the kernel 'dc2' in .*kernels\/dc2\n$/) as unknown,
  })
  expect(kernel(['install', '--prefix', home]).code).toBe(0)
  const dir = join(home, 'share/jupyter/kernels/dc2')
  expect(specIn(dir)).toMatchObject({
    display_name: 'DC2 data',
    env: { FIRSTLIGHT_REPO: resolve('repos/dc2'), FIRSTLIGHT_COLLECTIONS: 'a,b', X: '1=2' },
  })
  expect(readFileSync(join(dir, 'logo-svg.svg'), 'utf8')).toMatch(/^<svg /)
  for (const size of [32, 64]) {
    const png = readFileSync(join(dir, `logo-${size}x${size}.png`))
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([size, size])
  }
  expect(existsSync(join(home, 'share/jupyter/kernels/firstlight/kernel.json'))).toBe(true)
})

test('what cannot be done says why, and exits with 1', () => {
  expect(kernel(['install', '--sys-prefix'])).toMatchObject({
    code: 1,
    err: expect.stringMatching(/No Python environment is active[\s\S]*kernel install --user/) as unknown,
  })
  expect(kernel(['uninstall', '--prefix', home])).toMatchObject({
    code: 1,
    err: expect.stringContaining(
      `No kernelspec in ${join(home, 'share/jupyter/kernels/firstlight')}`,
    ) as unknown,
  })
  expect(kernel(['install', '--prefix', home, '--name', '../up']).err).toContain("found '../up'")
  expect(kernel(['install', '--prefix', home, '--env', 'X']).err).toContain(
    "--env wants NAME=value, found 'X'",
  )
})

test('kernels of others are neither replaced nor removed', () => {
  const dir = join(home, 'share/jupyter/kernels/python3')
  mkdirSync(dir, { recursive: true })
  const spec = JSON.stringify({ argv: ['python', '-m', 'ipykernel_launcher'], display_name: 'Python 3' })
  writeFileSync(join(dir, 'kernel.json'), spec)
  for (const command of ['install', 'uninstall']) {
    const { code, err } = kernel([command, '--prefix', home, '--name', 'python3'])
    expect(code).toBe(1)
    expect(err).toMatch(/kernels\/python3 is not Firstlight's: it starts python[\s\S]*--name NAME/)
  }
  expect(readFileSync(join(dir, 'kernel.json'), 'utf8')).toBe(spec)
  expect(kernel(['install', '--prefix', home, '--name', 'mine', '--repo', '/nowhere']).err).toBe(
    'Its repository /nowhere has no butler.yaml yet.\n',
  )
  expect(kernel(['uninstall', 'mine', '--prefix', home]).out).toMatch(/^Removed .*kernels\/mine\n$/)
})

test('the doctor finds all well with an installed kernel, and runs a cell', () => {
  const env = { JUPYTER_DATA_DIR: join(home, 'data'), JUPYTER_RUNTIME_DIR: join(home, 'run') }
  kernel(['install'], env)
  const { code, out } = kernel(['doctor'], env)
  expect(out).toMatch(/^ok {5}A kernel starts and runs a cell \(\d+\.\d s\)$/m)
  expect(out).toMatch(/All is well\.\n$/)
  expect(code).toBe(0)
})

test('the doctor names what is wrong, with the cure, and exits with 1', () => {
  const env = { JUPYTER_DATA_DIR: join(home, 'data'), JUPYTER_RUNTIME_DIR: join(home, 'file') }
  writeFileSync(join(home, 'file'), '')
  mkdirSync(join(home, 'data/kernels/broken'), { recursive: true })
  writeFileSync(join(home, 'data/kernels/broken/kernel.json'), '{"argv": "no list"}')
  kernel(['install', '--repo', join(home, 'nothing')], env)
  kernel(['install', '--name', 'moved'], env)
  const moved = join(home, 'data/kernels/moved/kernel.json')
  writeFileSync(moved, readFileSync(moved, 'utf8').replace(/"[^"]*main\.js"/, '"/gone/kernel/main.js"'))
  const bin = join(home, 'bin')
  mkdirSync(bin)
  writeFileSync(join(bin, 'jupyter'), '#!/bin/sh\necho \'{"kernelspecs": {}}\'\n')
  chmodSync(join(bin, 'jupyter'), 0o755)
  const { code, out } = kernel(['doctor'], { ...env, PATH: `${bin}:/usr/bin:/bin` })
  for (const line of [
    /^WRONG {2}Connection files cannot be written/m,
    /^WRONG {2}Kernelspec .*broken cannot be read: .*argv/m,
    /^WRONG {2}firstlight: its repository .*nothing has no butler.yaml\n {7}→ .*--repo FOLDER/m,
    /^WRONG {2}moved: its program is gone \(\/gone\/kernel\/main.js\)\n {7}→ firstlight kernel install --name moved$/m,
    /^WRONG {2}The jupyter command on PATH does not see our kernelspec\n {7}→ firstlight kernel install --prefix/m,
    /^5 to mend\.$/m,
  ])
    expect(out).toMatch(line)
  expect(code).toBe(1)
})

test('folders follow JUPYTER_ variables in Jupyter’s order', () => {
  const env = { HOME: '/h', JUPYTER_PATH: '/p1:/p2', VIRTUAL_ENV: '/v' }
  const system = ['/usr/local/share/jupyter', '/usr/share/jupyter']
  expect(dataPath(env)).toEqual(['/p1', '/p2', '/v/share/jupyter', '/h/.local/share/jupyter', ...system])
  expect(dataPath({ ...env, JUPYTER_PREFER_ENV_PATH: '0' }).slice(2, 4)).toEqual([
    '/h/.local/share/jupyter',
    '/v/share/jupyter',
  ])
  expect(userDataDir({ HOME: '/h' }, 'darwin')).toBe('/h/Library/Jupyter')
  expect(userDataDir({ HOME: '/h', JUPYTER_PLATFORM_DIRS: '1' }, 'darwin')).toBe(
    '/h/Library/Application Support/Jupyter',
  )
})
