import { mkdir, readFile, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Command, InvalidArgumentError } from 'commander'
import { defaultContext, FirstlightError, formatShort, makeLogger, messageOf } from '#core'
import { openBrowser } from './open-browser.ts'
import { terminalProgress } from './progress-bar.ts'
import { copyNotebooks } from './shipped-notebooks.ts'

interface Flags {
  readonly port: number
  readonly root: string
  readonly repo?: string
  readonly browser: boolean
  readonly cullIdle: number
  readonly certfile?: string
  readonly keyfile?: string
}

/** `firstlight start`: the workbench in the browser. */
export function register(program: Command): void {
  program
    .command('start')
    .description('start the workbench: a notebook server for this machine, with the demo repository at hand')
    .option('--port <n>', 'port on 127.0.0.1; 0 takes any free one', portNumber, 8888)
    .option('--root <dir>', 'folder of your notebooks', join(homedir(), 'firstlight'))
    .option(
      '--repo <dir>',
      'data repository for the notebooks (default: a demo repository, made on the first start)',
    )
    .option(
      '--cull-idle <seconds>',
      'shut kernels down that nobody has used for so long; 0 never',
      seconds,
      0,
    )
    .option('--certfile <file>', 'serve https with this certificate (PEM); needs --keyfile')
    .option('--keyfile <file>', 'private key of the certificate (PEM)')
    .option('--no-browser', 'only print the link')
    .action(start)
}

async function start(flags: Flags): Promise<void> {
  const root = resolve(flags.root)
  await mkdir(root, { recursive: true })
  const repo = flags.repo === undefined ? join(root, 'demo') : await givenRepo(flags.repo)
  const log = makeLogger('server', (record) => {
    if (QUIET.has(record.level)) return
    console.error(formatShort(record))
  })
  const tls = await certificate(flags)
  const { startServer } = await import('#server')
  // The port is taken first: a busy one is told before the minute that the repository may take.
  const server = await startServer({
    root,
    port: flags.port,
    cullIdleSec: flags.cullIdle,
    kernelEnv: { FIRSTLIGHT_REPO: repo },
    ...(tls && { tls }),
    log,
  })
  const stop = stopOnSignals(server.close)
  try {
    if (flags.repo === undefined) await ensureDemo(repo, stop)
    const { kept } = await copyNotebooks(shippedNotebooks(), root)
    if (kept.length > 0) console.log(`Kept your own versions of ${kept.join(', ')}.`)
  } catch (error) {
    await server.close()
    throw error
  }
  console.log(
    `\nFirstlight is running. Open this link in your browser (Ctrl+C here stops it):\n\n  ${server.url}\n`,
  )
  if (!flags.browser) return
  const tidy = await openBrowser(server.url).catch(() => undefined)
  if (tidy) stop.addEventListener('abort', () => void tidy(), { once: true })
}

const QUIET: ReadonlySet<string> = new Set(['TRACE', 'DEBUG', 'VERBOSE', 'INFO'])
const shippedNotebooks = () => fileURLToPath(new URL('../../../../notebooks', import.meta.url))

/** The demo repository's first part; it is made once and only completed later. */
async function ensureDemo(repo: string, signal: AbortSignal): Promise<void> {
  const { ensureFirstLightRepo } = await import('./demo.ts')
  if (!(await exists(join(repo, 'butler.yaml')))) {
    console.log(
      `Making the demo repository in ${repo}: one simulated CCD with its calibrations, about a minute.`,
    )
  }
  await ensureFirstLightRepo(repo, defaultContext({ signal, progress: terminalProgress() }))
}

async function givenRepo(path: string): Promise<string> {
  const repo = resolve(path)
  if (await exists(join(repo, 'butler.yaml'))) return repo
  throw new FirstlightError(
    'start/no-repository',
    `${repo} is not a data repository: it has no butler.yaml`,
    {
      hint: `Give a repository's folder, make a demo there (firstlight demo ${path}), or leave --repo out.`,
    },
  )
}

async function certificate({ certfile, keyfile }: Flags) {
  if (certfile === undefined && keyfile === undefined) return undefined
  if (certfile === undefined || keyfile === undefined) {
    const missing = certfile === undefined ? '--certfile' : '--keyfile'
    throw new FirstlightError('start/half-certificate', `${missing} is missing`, {
      hint: 'https needs both a certificate and its key.',
    })
  }
  const [cert, key] = await Promise.all([certfile, keyfile].map(readPem))
  return { cert: cert!, key: key! }
}

async function readPem(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new FirstlightError('start/no-certificate', `Cannot read ${file}: ${messageOf(cause)}`, {
      cause,
      hint: 'Give a PEM file that this user can read.',
    })
  }
}

const exists = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined)) !== undefined

/** First Ctrl+C: end the kernels, then leave. Second: leave at once. */
function stopOnSignals(close: () => Promise<void>): AbortSignal {
  const stopping = new AbortController()
  const stop = () => {
    if (stopping.signal.aborted) process.exit(130)
    stopping.abort(new FirstlightError('start/interrupted', 'Stopped. Start again to go on.'))
    console.error('\nStopping the kernels …')
    close().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(messageOf(error))
        process.exit(1)
      },
    )
  }
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, stop)
  return stopping.signal
}

function portNumber(text: string): number {
  const port = Number(text)
  if (Number.isInteger(port) && port >= 0 && port < 65536) return port
  throw new InvalidArgumentError('Give a number from 0 to 65535.')
}

function seconds(text: string): number {
  const value = Number(text)
  if (Number.isFinite(value) && value >= 0) return value
  throw new InvalidArgumentError('Give seconds, 0 or more.')
}
