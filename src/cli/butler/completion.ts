import type { Command } from 'commander'
import { choice } from '../shared/options.ts'
import type { CommandContext } from './context.ts'

const SHELLS = ['bash', 'zsh', 'fish'] as const

/** Each asks `butler complete-words` for the words that may stand next; where it knows none, file names are offered. */
const SCRIPTS: Readonly<Record<(typeof SHELLS)[number], string>> = {
  bash: `_butler() {
  local IFS=$'\\n'
  local current="\${COMP_WORDS[COMP_CWORD]}"
  COMPREPLY=($(compgen -W "$(butler complete-words -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)" -- "$current"))
}
complete -o default -F _butler butler
`,
  zsh: `#compdef butler
_butler() {
  local -a found
  found=("\${(@f)$(butler complete-words -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "$found" ]]; then compadd -- $found; else _files; fi
}
compdef _butler butler
`,
  fish: `function __butler_words
  set -l words (commandline -opc) (commandline -ct)
  butler complete-words -- $words[2..-1] 2>/dev/null
end
complete -c butler -a '(__butler_words)'
`,
}

export function define(command: Command, context: () => CommandContext): void {
  command
    .argument('<shell>', SHELLS.join(', '), choice(SHELLS))
    .addHelpText(
      'after',
      '\nbash: eval "$(butler completion bash)" in ~/.bashrc\nzsh:  eval "$(butler completion zsh)" in ~/.zshrc\nfish: butler completion fish > ~/.config/fish/completions/butler.fish',
    )
    .action((shell: (typeof SHELLS)[number]) => context().io.out(SCRIPTS[shell]))
}
