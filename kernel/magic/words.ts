/** How a magic is written, and what it does: for inspection, completion, and errors about its use. */
export interface MagicWords {
  readonly usage: string
  readonly doc: string
}

/** Magics for a whole cell: `%%name arguments`, body below. `%%time` and `%%timeit` are the cell itself, timed. */
export const CELL_WORDS = {
  sql: {
    usage: '%%sql or %%sql name, the variable that takes the result; the query in the lines below',
    doc: 'Queries the datasets of the open repository: a dataset type is a table, its data-ID dimensions are columns. A variable that holds a catalog is a table too.',
  },
  pipeline: {
    usage: '%%pipeline [options] [--out name]; the pipeline as YAML in the lines below',
    doc: 'Runs a pipeline on the open repository, with its progress and log in the output. Line and body are text: variables are not put in.',
  },
  pipetask: {
    usage: '%%pipetask subcommand options, over as many lines as you like',
    doc: 'The command pipetask, on the open repository. The line is text: variables are not put in.',
  },
  bash: {
    usage: '%%bash alone; the script in the lines below',
    doc: "Runs a script by bash in the notebook's folder; an interrupt ends it and what it started.",
  },
  time: {
    usage: '%%time alone; the cell in the lines below',
    doc: 'Runs the cell and says how long it took.',
  },
  timeit: {
    usage: '%%timeit alone; the code in the lines below, which it repeats for about a second',
    doc: 'Says how long the code takes: the median and the best of many runs. Names that it declares are its own.',
  },
} as const satisfies Readonly<Record<string, MagicWords>>

/** Magics for one line: `%name arguments`. */
export const LINE_WORDS = {
  time: { usage: '%time expression', doc: 'Gives the value of an expression and says how long it took.' },
  timeit: {
    usage: '%timeit expression; it repeats for about a second',
    doc: 'Says how long an expression takes: the median and the best of many runs.',
  },
  who: { usage: '%who alone', doc: 'Lists the names of the session with their types.' },
  butler: { usage: '%butler subcommand options', doc: 'The command butler, on the open repository.' },
  pipetask: { usage: '%pipetask subcommand options', doc: 'The command pipetask, on the open repository.' },
  sql: { usage: '%sql query', doc: 'Queries the datasets of the open repository, as %%sql does.' },
  load: {
    usage: '%load file, or the address of one',
    doc: 'Puts the text of a file into the next cell.',
  },
} as const satisfies Readonly<Record<string, MagicWords>>

/** Of a magic with its signs, `%time` or `%%time`. */
export function wordsOf(magic: string): MagicWords | undefined {
  const known: Readonly<Record<string, MagicWords>> = magic.startsWith('%%') ? CELL_WORDS : LINE_WORDS
  const name = magic.replace(/^%+/, '')
  return Object.hasOwn(known, name) ? known[name] : undefined
}
