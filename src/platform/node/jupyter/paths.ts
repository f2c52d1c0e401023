import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'

/** Environment variables; the ones that matter here are JUPYTER_*, XDG_DATA_HOME, VIRTUAL_ENV, CONDA_PREFIX, HOME. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Where the user's own kernels and notebooks' data live (jupyter_core's `jupyter_data_dir`). */
export function userDataDir(env: Environment, platform: string = process.platform): string {
  const home = env['HOME'] ?? homedir()
  const set = env['JUPYTER_DATA_DIR']
  if (set !== undefined && set !== '') return set
  if (platform === 'darwin')
    return usesPlatformDirs(env)
      ? join(home, 'Library', 'Application Support', 'Jupyter')
      : join(home, 'Library', 'Jupyter')
  if (platform === 'win32') return join(env['APPDATA'] ?? join(home, 'AppData', 'Roaming'), 'jupyter')
  return join(env['XDG_DATA_HOME'] ?? join(home, '.local', 'share'), 'jupyter')
}

/** JUPYTER_PLATFORM_DIRS asks for the folders of the operating system's own rules; on Linux they are the same. */
const usesPlatformDirs = (env: Environment): boolean => isYes(env['JUPYTER_PLATFORM_DIRS'])

/** Where connection files go (`jupyter_runtime_dir`). */
export const runtimeDir = (env: Environment): string =>
  env['JUPYTER_RUNTIME_DIR'] ?? join(userDataDir(env), 'runtime')

/** The active Python environment's prefix, told by its activation; there is no Python here to ask for sys.prefix. */
export const environmentPrefix = (env: Environment): string | undefined =>
  env['VIRTUAL_ENV'] ?? env['CONDA_PREFIX']

/**
 * Jupyter's search path for data, first hit wins: JUPYTER_PATH, then environment and user (environment first inside a
 * virtual environment or when JUPYTER_PREFER_ENV_PATH says so), then the system's.
 */
export function dataPath(env: Environment): string[] {
  const given = (env['JUPYTER_PATH'] ?? '').split(delimiter).filter((dir) => dir !== '')
  const prefix = environmentPrefix(env)
  const user = [userDataDir(env)]
  const environment = prefix === undefined ? [] : [join(prefix, 'share', 'jupyter')]
  const own = prefersEnvironment(env) ? [...environment, ...user] : [...user, ...environment]
  return [...new Set([...given, ...own, ...systemDirs(env)])]
}

function prefersEnvironment(env: Environment): boolean {
  const set = env['JUPYTER_PREFER_ENV_PATH']
  if (set !== undefined) return isYes(set)
  return environmentPrefix(env) !== undefined
}

/** As jupyter_core reads its switches. */
const isYes = (set: string | undefined): boolean =>
  set !== undefined && !['no', 'n', 'false', 'off', '0', '0.0', ''].includes(set.toLowerCase())

const systemDirs = (env: Environment): string[] =>
  process.platform === 'win32'
    ? [join(env['PROGRAMDATA'] ?? 'C:\\ProgramData', 'jupyter')]
    : ['/usr/local/share/jupyter', '/usr/share/jupyter']
