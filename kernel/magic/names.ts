import { CELL_WORDS, LINE_WORDS } from './words.ts'

export const CELL_MAGICS: readonly string[] = Object.keys(CELL_WORDS)
export const LINE_MAGICS: readonly string[] = Object.keys(LINE_WORDS)

export const isCellMagic = (name: string): boolean => CELL_MAGICS.includes(name)
export const isLineMagic = (name: string): boolean => LINE_MAGICS.includes(name)

/** Magics that need the engine (butler, pipelines, DuckDB) live apart, so that the others do not load it. */
const ENGINE_MAGICS = new Set(['sql', 'pipeline', 'pipetask', 'butler'])
export const ownerOf = (name: string): string => (ENGINE_MAGICS.has(name) ? '__engine' : '__magic')
