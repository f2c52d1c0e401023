import fc from 'fast-check'

// In CI the same examples every time: a red run must mean a change. At the desk new ones, found by their printed seed again.
const seed = process.env['FAST_CHECK_SEED'] ?? (process.env['CI'] === 'true' ? '20261122' : undefined)
if (seed !== undefined) fc.configureGlobal({ seed: Number(seed) })
