import { runButler } from '#cli'

export interface CommandOutcome {
  readonly out: string
  readonly err: string
  readonly code: number
}

/** Run `butler …` in this process; questions are answered with `answer`, or by nobody. */
export async function butlerCommand(
  args: readonly string[],
  cwd: string,
  answer?: boolean,
  env: Readonly<Record<string, string>> = {},
): Promise<CommandOutcome> {
  const said = { out: '', err: '' }
  const code = await runButler(args, {
    out: (text) => {
      said.out += text
    },
    err: (text) => {
      said.err += text
    },
    env: (name) => env[name],
    cwd,
    confirm: (question) => {
      said.out += `${question} [y/N]: \n`
      return Promise.resolve(answer)
    },
    signal: new AbortController().signal,
  })
  return { ...said, code }
}
