import { readFileSync } from 'node:fs'
import { type JsonObject, PROTOCOL_VERSION } from '../../src/platform/node/jupyter/index.ts'

/** Name of our kernelspec's folder and what menus show. */
export const KERNEL_NAME = 'firstlight'
export const DISPLAY_NAME = 'TypeScript (Firstlight)'

const version = (): string => {
  const manifest = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  return manifest.version
}

/** The kernel_info_reply, told before TypeScript is loaded. */
export const kernelInfo = (): JsonObject => ({
  status: 'ok',
  protocol_version: PROTOCOL_VERSION,
  implementation: KERNEL_NAME,
  implementation_version: version(),
  language_info: {
    name: 'typescript',
    version: '6.0.3',
    mimetype: 'text/typescript',
    file_extension: '.ts',
    pygments_lexer: 'typescript',
    codemirror_mode: { name: 'javascript', typescript: true },
    nbconvert_exporter: 'script',
  },
  banner: `Firstlight ${version()}: TypeScript 6.0.3 on Node ${process.versions.node}`,
  debugger: true,
  supported_features: ['debugger', 'kernel subshells'],
  help_links: [
    { text: 'TypeScript handbook', url: 'https://www.typescriptlang.org/docs/handbook/' },
    { text: 'Rubin pipelines', url: 'https://pipelines.lsst.io/' },
  ],
})
