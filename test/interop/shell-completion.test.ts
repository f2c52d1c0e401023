import { chmodSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test, vi } from 'vitest'
import { python } from '../support/python.ts'
import { aRepository, putNote, tempFolder } from '../support/repository.ts'

vi.setConfig({ testTimeout: 120_000 })

/** An interactive bash on a terminal of its own; each line is typed with a Tab at its end, and what stands there then is printed. */
const TYPE = `
import json, os, pty, re, select, sys, time
bin, repo, *lines = sys.argv[1:]
pid, fd = pty.fork()
if pid == 0:
    os.chdir(os.path.dirname(repo))
    env = dict(os.environ, PATH=bin + ":" + os.environ["PATH"], PS1="READY> ", TERM="dumb", HISTFILE="")
    os.execvpe("bash", ["bash", "--norc", "--noprofile", "-i"], env)
def until(pattern, seconds=60):
    text, end = "", time.time() + seconds
    while time.time() < end:
        if select.select([fd], [], [], 0.2)[0]:
            text += os.read(fd, 65536).decode()
        if re.search(pattern, text): return text
    raise SystemExit("waited in vain for %r; there was %r" % (pattern, text))
until("READY> ")
os.write(fd, b'bind "set bell-style none"; bind "set show-all-if-ambiguous on"; bind "set completion-query-items 0"\\n')
until("READY> ")
os.write(fd, b'eval "$(butler completion bash)"; echo "DO""NE"\\n')
until("DONE[^$]*READY> ")
out = []
for number, line in enumerate(lines):
    os.write(fd, line.encode() + b"\\t")
    # A mark typed after the completion comes back behind what was completed.
    os.write(fd, b"~~~")
    out.append(until("~~~").replace("\\r\\n", "\\n"))
    # The next line may only be typed when bash reads it itself: a completion prints prompts of its own, so the one behind a word is awaited.
    os.write(fd, b'\\x15echo "NE""XT%d"\\n' % number)
    until("NEXT%d\\s+READY> " % number)
print(json.dumps(out))
`

test('bash on a terminal completes commands, options, dataset types and collections', async () => {
  const butler = await aRepository()
  await putNote(butler, 'run/a', 1, 1)
  const bin = tempFolder()
  const program = join(bin, 'butler')
  writeFileSync(
    program,
    `#!/bin/sh\nexec '${process.execPath}' '${resolve('dist/src/cli/butler.js')}' "$@"\n`,
  )
  chmodSync(program, 0o755)
  const lines = [
    'butler query-coll',
    `butler query-datasets ${butler.root} --find-`,
    `butler query-datasets ${butler.root} no`,
    `butler query-datasets ${butler.root} note --collections run/`,
  ]
  const typed = JSON.parse(python(TYPE, bin, butler.root, ...lines)) as string[]
  expect(typed[0]).toMatch(/query-collections ~~~/)
  expect(typed[1]).toMatch(/--find-first ~~~/)
  expect(typed[2]).toMatch(/ note ~~~/)
  expect(typed[3]).toMatch(/run\/a\s+run\/b/)
})
