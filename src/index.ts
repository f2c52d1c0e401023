/** The engine as one import; each module is also an entry of its own (`firstlight/fits`, `firstlight/butler`, …). */
export * as core from '#core'
