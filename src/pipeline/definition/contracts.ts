import { type Config, ConfigSyntaxError, evaluateExpression } from '#config'
import { isFirstlightError } from '#core'
import { PipelineSyntaxError, pipelineError } from '../errors.ts'
import type { Contract } from './pipeline.ts'

/**
 * Check the contracts of a pipeline against its finished configs; throws `pipeline/contract` with each contract's own
 * message. Expressions are Python's, over plain values and the configs: the same as in config files.
 */
export function checkContracts(contracts: readonly Contract[], configs: ReadonlyMap<string, Config>): void {
  const broken = contracts.filter((contract) => !holds(contract, configs))
  const [first] = broken
  if (first === undefined) return
  const shown = broken.map(
    ({ expression, message }) => `'${expression}'${message === undefined ? '' : `: ${message}`}`,
  )
  const { file, line } = first.place
  throw pipelineError(
    'contract',
    `Contract(s) ${broken.map((c) => `'${c.expression}'`).join(', ')} were not satisfied: ${shown.join('; ')}`,
    {
      hint: `The contract is declared in ${file}${line === undefined ? '' : `, line ${line}`}.`,
      data: { contracts: broken.map((c) => c.expression), file, line },
    },
  )
}

function holds(contract: Contract, configs: ReadonlyMap<string, Config>): boolean {
  try {
    return evaluateExpression(contract.expression, configs, 'contract')
  } catch (error) {
    if (!isFirstlightError(error)) throw error
    const place = error instanceof ConfigSyntaxError ? error.message : `contract: ${error.message}`
    throw new PipelineSyntaxError(
      `the contract '${contract.expression}' cannot be evaluated: ${place}`,
      contract.place,
      { cause: error },
    )
  }
}
