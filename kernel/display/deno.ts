import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { MimeBundle } from '../protocol/threads.ts'
import { DISPLAY, toBundle } from './bundle.ts'
import type { Displays } from './display.ts'

/** A value that says how it looks, as Deno's notebooks make them. */
export interface DenoDisplayable {
  [DISPLAY](): MimeBundle
}

type Template = (strings: TemplateStringsArray, ...values: readonly unknown[]) => DenoDisplayable

export interface DenoDisplayOptions {
  /** The value is a MIME bundle. */
  readonly raw?: boolean
  /** Replace the output with this id. */
  readonly update?: boolean
  readonly display_id?: string
}

export interface BroadcastExtra {
  readonly metadata?: MimeBundle
  readonly buffers?: readonly Uint8Array[]
}

export interface DenoJupyter {
  readonly $display: typeof DISPLAY
  display(value: unknown, options?: DenoDisplayOptions): Promise<void>
  /** Publish a message on the broadcast channel as it is. */
  broadcast(type: string, content: Readonly<Record<string, unknown>>, extra?: BroadcastExtra): Promise<void>
  /** How a value looks. */
  format(value: unknown): Promise<MimeBundle>
  readonly html: Template
  readonly md: Template
  readonly svg: Template
  /** A PNG or JPEG image: its bytes, or its file's path. */
  image(source: string | Uint8Array): DenoDisplayable
}

type Broadcast = (type: string, content: Readonly<Record<string, unknown>>, extra: BroadcastExtra) => void

/** `Deno.jupyter`, so that notebooks written for Deno's kernel show what they showed there. */
export function makeDenoJupyter(displays: Displays, folder: string, broadcast: Broadcast): DenoJupyter {
  return {
    $display: DISPLAY,
    async display(value, { raw = false, update = false, display_id } = {}) {
      const data = raw ? value : (await toBundle(value)).data
      const id = display_id === undefined ? {} : { id: display_id }
      if (update && display_id !== undefined) displays.update(display_id, data, { raw: true })
      else displays.show(data, { raw: true, ...id })
    },
    async broadcast(type, content, extra = {}) {
      broadcast(type, content, extra)
    },
    format: async (value) => (await toBundle(value)).data,
    html: template('text/html'),
    md: template('text/markdown'),
    svg: template('image/svg+xml'),
    image(source) {
      const bytes = typeof source === 'string' ? readFileSync(resolve(folder, source)) : source
      const type = bytes[0] === 0xff && bytes[1] === 0xd8 ? 'image/jpeg' : 'image/png'
      return displayable({ [type]: Buffer.from(bytes).toString('base64') })
    },
  }
}

const displayable = (data: MimeBundle): DenoDisplayable => ({ [DISPLAY]: () => data })

const template =
  (type: string): Template =>
  (strings, ...values) =>
    displayable({ [type]: String.raw({ raw: strings }, ...values) })
