import { InvalidArgumentError } from 'commander'
import type { MockFailure } from '#pipeline'
import { megabytes } from './execution-options.ts'

/** `isr:lsst.pipe.base.NoWorkFound:detector=5`, with `:3GB` behind it where memory matters. */
export function parseFailure(text: string): readonly [label: string, failure: MockFailure] {
  const [, label, exception = '', rest = ''] = /^([^:]+):([^:]*):(.+)$/s.exec(text) ?? []
  if (label === undefined)
    throw new InvalidArgumentError(
      'write LABEL:EXCEPTION:WHERE, e.g. isr::detector=5 or isr:lsst.pipe.base.NoWorkFound:visit=903344',
    )
  const [, where = rest, memory] = /^(.+):\s*([\d.]+\s*[kMGT]?B)\s*$/is.exec(rest) ?? []
  return [label, { exception, where, ...(memory !== undefined && { memoryMb: megabytes(memory) }) }]
}
