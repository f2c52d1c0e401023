import { sessionDisplays } from '../display/session-displays.ts'
import type { DisplayHandle } from '../display/display.ts'

/** The module `tslab` as notebooks of that kernel import it, over our displays. */

export interface Display {
  javascript(source: string): void
  html(source: string): void
  markdown(source: string): void
  latex(source: string): void
  svg(source: string): void
  text(text: string): void
  png(bytes: Uint8Array): void
  jpeg(bytes: Uint8Array): void
  gif(bytes: Uint8Array): void
  pdf(bytes: Uint8Array): void
  /** Content of any MIME type; bytes travel as base64. */
  raw(contentType: string, content: string | Uint8Array): void
}

/** Each call shows an output of its own. */
export const display: Display = makeDisplay((data) => void sessionDisplays().show(data, { raw: true }))

/** An output that later calls replace. */
export function newDisplay(): Display {
  let shown: DisplayHandle | undefined
  return makeDisplay((data) => {
    if (shown === undefined) shown = sessionDisplays().show(data, { raw: true })
    else shown.update(data, { raw: true })
  })
}

function makeDisplay(show: (data: Record<string, string>) => void): Display {
  const raw = (type: string, content: string | Uint8Array) =>
    show({ [type]: typeof content === 'string' ? content : Buffer.from(content).toString('base64') })
  return {
    javascript: (source) => raw('text/javascript', source),
    html: (source) => raw('text/html', source),
    markdown: (source) => raw('text/markdown', source),
    latex: (source) => raw('text/latex', source),
    svg: (source) => raw('image/svg+xml', source),
    text: (text) => raw('text/plain', text),
    png: (bytes) => raw('image/png', bytes),
    jpeg: (bytes) => raw('image/jpeg', bytes),
    gif: (bytes) => raw('image/gif', bytes),
    pdf: (bytes) => raw('application/pdf', bytes),
    raw,
  }
}
