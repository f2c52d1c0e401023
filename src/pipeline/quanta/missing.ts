import type { DataCoordinate } from '#butler'
import { pipelineError } from '../errors.ts'
import type { Edge } from '../graph/pipeline-graph.ts'
import type { BuildState } from './skeleton.ts'
import { whyNotValid } from './validity.ts'

/** The error of a quantum that lacks a prerequisite, with what the registry knows of its validity. */
export async function missingPrerequisite(
  label: string,
  edge: Edge,
  found: number,
  quantum: DataCoordinate,
  { butler, inputs, typeOf, isRegistered }: BuildState,
): Promise<Error> {
  const why = isRegistered(edge.datasetType)
    ? await whyNotValid(butler, typeOf(edge.datasetType), quantum, inputs)
    : undefined
  return pipelineError(
    'missing-prerequisite',
    `Not enough datasets (${found}) found for non-optional connection ${label}.${edge.connection} (${edge.datasetType}) with minimum=${edge.minimum} for quantum data ID ${quantum}${why === undefined ? '' : `: ${why}`}.`,
    {
      hint: edge.isCalibration
        ? `No ${edge.datasetType} in ${inputs.join(', ')} is certified for that data ID and time: see \`butler query-datasets ${edge.datasetType}\`, or leave these data out with -d.`
        : `No ${edge.datasetType} in ${inputs.join(', ')} fits: add the collection that has it with -i, or leave these data out with -d.`,
      data: {
        label,
        connection: edge.connection,
        datasetType: edge.datasetType,
        dataId: quantum.values,
        ...(why !== undefined && { why }),
      },
    },
  )
}
