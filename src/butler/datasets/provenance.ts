import { ArgumentError } from '../errors.ts'
import type { DatasetRef } from './dataset-ref.ts'

export type ProvenanceValue = string | number | boolean

/** What a dataset was made of: the quantum, the datasets it had read by then, and what its task says of them. */
export interface Provenance {
  readonly quantumId?: string
  readonly inputs: readonly DatasetRef[]
  /** By id of the input. */
  readonly extras: ReadonlyMap<string, Readonly<Record<string, ProvenanceValue>>>
}

/** A dataset that is about to be written. */
export interface Origin {
  readonly ref: DatasetRef
  readonly provenance?: Provenance | undefined
}

const RESERVED: ReadonlySet<string> = new Set(['run', 'id', 'datasettype'])

/** Gathers the provenance of what a quantum makes. */
export class ProvenanceRecorder {
  readonly #quantumId: string
  readonly #inputs = new Map<string, DatasetRef>()
  readonly #extras = new Map<string, Readonly<Record<string, ProvenanceValue>>>()

  constructor(quantumId: string) {
    this.#quantumId = quantumId
  }

  /** Note that a dataset was read, or that a handle for it was given. */
  addInput(ref: DatasetRef): void {
    this.#inputs.set(ref.id, ref)
  }

  /** Say more of a dataset that was read. */
  addExtra(ref: DatasetRef, extra: Readonly<Record<string, ProvenanceValue>>): void {
    if (!this.#inputs.has(ref.id))
      throw new ArgumentError(`${ref.toString()} has not been read: there is no provenance to add to.`)
    const reserved = Object.keys(extra).filter((key) => RESERVED.has(key.toLowerCase()))
    if (reserved.length > 0)
      throw new ArgumentError(`Provenance keys ${reserved.join(', ')} are those of the dataset itself.`, {
        hint: 'Choose other names.',
      })
    this.#extras.set(ref.id, { ...this.#extras.get(ref.id), ...extra })
  }

  /** As it is now: what is read later does not count for what is written now. */
  soFar(): Provenance {
    return {
      quantumId: this.#quantumId,
      inputs: [...this.#inputs.values()],
      extras: new Map(this.#extras),
    }
  }
}

export interface FlatForm {
  /** In the case that the keys shall have: `LSST BUTLER`. */
  readonly prefix: string
  readonly separator: string
  /** With more inputs none is listed. */
  readonly maxInputs: number
}

/** Keys and values for headers, as `lsst.daf.butler.DatasetProvenance.to_flat_dict` has them. */
export function flatProvenance(
  { ref, provenance }: Origin,
  { prefix, separator, maxInputs }: FlatForm,
): readonly (readonly [key: string, value: ProvenanceValue])[] {
  const { quantumId, inputs = [], extras } = provenance ?? {}
  const key = (...words: readonly (string | number)[]): string =>
    [prefix, ...words.map((word) => String(word).toUpperCase())].join(separator)
  const required = ref.coordinate.group.required.toSorted()
  const listed = inputs.length > maxInputs ? [] : inputs
  return [
    [key('id'), ref.id],
    [key('run'), ref.run],
    [key('datasettype'), ref.datasetType.name],
    ...required.map((name) => [key('dataid', name), scalar(ref.dataId[name])] as const),
    ...(quantumId === undefined ? [] : [[key('quantum'), quantumId] as const]),
    [key('n_inputs'), inputs.length],
    ...listed.flatMap((input, i) => [
      [key('input', i, 'id'), input.id] as const,
      [key('input', i, 'run'), input.run] as const,
      [key('input', i, 'datasettype'), input.datasetType.name] as const,
      ...Object.entries(extras?.get(input.id) ?? {}).map(
        ([name, value]) => [key('input', i, name), value] as const,
      ),
    ]),
  ]
}

const scalar = (value: unknown): ProvenanceValue =>
  typeof value === 'number' || typeof value === 'boolean' ? value : String(value)

/** Whether a key is one of `flatProvenance`. */
export const isProvenanceKey = (
  key: string,
  { prefix, separator }: Pick<FlatForm, 'prefix' | 'separator'>,
): boolean => key.toUpperCase().startsWith(prefix.toUpperCase() + separator)
