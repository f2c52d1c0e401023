import { ConfigSyntaxError } from '../errors.ts'

/** A text that is being read, with its name in messages. Line ends are `\n` only, a byte order mark is taken off. */
export class Source {
  readonly text: string
  readonly file: string

  constructor(text: string, file: string) {
    this.text = text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n')
    this.file = file
  }

  lineOf(at: number): number {
    return this.text.slice(0, at).split('\n').length
  }

  fail(message: string, at: number): never {
    const column = at - this.text.lastIndexOf('\n', at - 1)
    throw new ConfigSyntaxError(message, this.file, this.lineOf(at), column)
  }
}
