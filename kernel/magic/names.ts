/** Magics for a whole cell: `%%name arguments`, body below. `%%time` is the cell itself, timed. */
export const CELL_MAGICS = ['sql', 'pipeline', 'pipetask', 'bash', 'time'] as const
/** Magics for one line: `%name arguments`. */
export const LINE_MAGICS = ['time', 'timeit', 'who', 'butler', 'pipetask', 'sql', 'load'] as const

export const isCellMagic = (name: string): boolean => (CELL_MAGICS as readonly string[]).includes(name)
export const isLineMagic = (name: string): boolean => (LINE_MAGICS as readonly string[]).includes(name)

/** Magics that need the engine (butler, pipelines, DuckDB) live apart, so that the others do not load it. */
const ENGINE_MAGICS = new Set(['sql', 'pipeline', 'pipetask', 'butler'])
export const ownerOf = (name: string): string => (ENGINE_MAGICS.has(name) ? '__engine' : '__magic')
