import type { DimensionConfig } from '../dimensions/universe-config.ts'

interface Manager {
  /** The name in butler.yaml; the attributes name the class by its real place when that differs. */
  readonly name: string
  readonly recorded?: string
  readonly version: string
}

const REGISTRY = 'lsst.daf.butler.registry'

/** The anchor's table managers whose tables we write, in the order in which they are recorded. */
export const MANAGERS: Readonly<Record<string, Manager>> = {
  attributes: { name: `${REGISTRY}.attributes.DefaultButlerAttributeManager`, version: '1.0.1' },
  dimensions: { name: `${REGISTRY}.dimensions.static.StaticDimensionRecordStorageManager`, version: '6.0.2' },
  collections: { name: `${REGISTRY}.collections.synthIntKey.SynthIntKeyCollectionManager`, version: '2.0.0' },
  datasets: {
    name: `${REGISTRY}.datasets.byDimensions.ByDimensionsDatasetRecordStorageManagerUUID`,
    recorded: `${REGISTRY}.datasets.byDimensions._manager.ByDimensionsDatasetRecordStorageManagerUUID`,
    version: '2.0.0',
  },
  opaque: { name: `${REGISTRY}.opaque.ByNameOpaqueTableStorageManager`, version: '0.2.0' },
  datastores: {
    name: `${REGISTRY}.bridge.monolithic.MonolithicDatastoreRegistryBridgeManager`,
    version: '0.2.1',
  },
}

/** Attribute that holds the dimension universe. */
export const UNIVERSE_ATTRIBUTE = 'config:dimensions.json'

/** Rows of butler_attributes for a fresh repository. */
export function freshAttributes(
  universe: DimensionConfig,
): readonly (readonly [name: string, value: string])[] {
  const rows = Object.entries(MANAGERS).flatMap(([role, manager]): [string, string][] => {
    const recorded = manager.recorded ?? manager.name
    return [
      [`config:registry.managers.${role}`, recorded],
      [`version:${recorded}`, manager.version],
    ]
  })
  return [...rows, [UNIVERSE_ATTRIBUTE, pythonJson(universe)]]
}

/** JSON as Python's json.dumps writes it by default: `, ` and `: `, everything outside ASCII escaped. */
function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`
  if (typeof value === 'object' && value !== null)
    return `{${Object.entries(value)
      .map(([k, v]) => `${pythonJson(k)}: ${pythonJson(v)}`)
      .join(', ')}}`
  return JSON.stringify(value).replace(
    /[\u0080-\uffff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
