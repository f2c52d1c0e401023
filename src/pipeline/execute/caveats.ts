/** Bits of a successful quantum's caveats, as the anchor stores them in `quantum.caveats`. */
export const CAVEAT = {
  anyOutputsMissing: 1,
  allOutputsMissing: 2,
  noWork: 4,
  adjustQuantum: 8,
  upstreamFailure: 16,
  unprocessableData: 32,
  partialOutputs: 64,
} as const

/** Two-letter code of reports: `*N`, `+P`; '' without caveats. */
export function caveatCode(caveats: number): string {
  const missing = caveats & CAVEAT.allOutputsMissing ? '*' : caveats & CAVEAT.anyOutputsMissing ? '+' : ''
  const why = [
    [CAVEAT.adjustQuantum, 'A'],
    [CAVEAT.unprocessableData, 'D'],
    [CAVEAT.upstreamFailure, 'U'],
    [CAVEAT.partialOutputs, 'P'],
    [CAVEAT.noWork, 'N'],
  ] as const
  return missing + (why.find(([bit]) => (caveats & bit) !== 0)?.[1] ?? '')
}
