import type { Command } from 'commander'
import { ArgumentError, type Butler, MissingCollectionError } from '#butler'
import { addFlag, choice, splitLists } from '../shared/options.ts'
import type { CommandContext } from './context.ts'

const MODES = ['redefine', 'extend', 'remove', 'prepend', 'pop'] as const
type Mode = (typeof MODES)[number]

interface Options {
  readonly mode: Mode
  readonly flatten: boolean
  readonly doc?: string
}

export function define(command: Command, context: () => CommandContext): void {
  command
    .argument('<repo>', 'repository')
    .argument('<parent>', 'the chain; made when it does not exist')
    .argument('[children...]', 'collections in search order; for pop: index of the child (0 by default)')
    .option('--mode <mode>', 'redefine, extend, prepend, remove or pop', choice(MODES), 'redefine')
    .option('--doc <text>', 'what the chain is for')
  addFlag(command, 'flatten', 'put the children of chains in instead of the chains')
  command.action(async (repo: string, parent: string, words: readonly string[], options: Options) => {
    const { io, open } = context()
    const butler = await open(repo, { writeable: true })
    const children = splitLists(words)
    await butler.transaction(() => edit(butler, parent, children, options))
    io.out(`[${(await butler.collections.getInfo(parent)).children.join(', ')}]\n`)
  })
}

async function edit(
  butler: Butler,
  parent: string,
  words: readonly string[],
  options: Options,
): Promise<void> {
  const { collections } = butler
  const { mode } = options
  if ((mode === 'redefine' || mode === 'extend' || mode === 'prepend') && words.length === 0)
    throw new ArgumentError(`Mode '${mode}' needs children.`)
  if (mode === 'remove' || mode === 'pop') {
    const there = await collections.query('*')
    if (!there.includes(parent))
      throw new MissingCollectionError(parent, there, { hint: `Mode '${mode}' needs a chain that exists.` })
  } else await collections.register(parent, 'CHAINED', options.doc)
  if (mode === 'pop') return pop(butler, parent, words)
  const children = options.flatten ? await collections.query(words, { flattenChains: true }) : words
  switch (mode) {
    case 'redefine':
      return collections.redefineChain(parent, children)
    case 'extend':
      return collections.extendChain(parent, children)
    case 'prepend':
      return collections.prependChain(parent, children)
    case 'remove':
      return collections.removeFromChain(parent, children)
  }
}

async function pop(butler: Butler, parent: string, words: readonly string[]): Promise<void> {
  const { children } = await butler.collections.getInfo(parent)
  const picked = new Set<string>()
  for (const word of words.length === 0 ? ['0'] : words) {
    const child = /^-?\d+$/.test(word) ? children.at(Number(word)) : undefined
    if (child === undefined)
      throw new ArgumentError(
        `There is no child ${word} in '${parent}': it has ${children.length}, counted from 0.`,
      )
    picked.add(child)
  }
  await butler.collections.removeFromChain(parent, [...picked])
}
