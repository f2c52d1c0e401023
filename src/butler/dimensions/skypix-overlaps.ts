import type { Region } from '#geom'
import { quoteName, type SqlConnection, type SqlValue } from '#sql'
import { overlapTableName } from '../schema/dimension-tables.ts'
import type { DimensionElement } from './element.ts'
import { pixelsOf } from './sky.ts'
import type { DimensionUniverse } from './universe.ts'

/** The rows that say which pixels of the common skypix each spatial record touches: the index of spatial joins. */
export class SkypixOverlaps {
  private readonly connection: SqlConnection
  private readonly common: DimensionElement

  constructor(connection: SqlConnection, universe: DimensionUniverse) {
    this.connection = connection
    this.common = universe.get(universe.commonSkypix)
  }

  /** `key`: values of the element's required dimensions in order. */
  async insert(
    element: DimensionElement,
    records: readonly { readonly key: readonly SqlValue[]; readonly region: Region }[],
  ): Promise<void> {
    const { system, level } = this.common.skypix!
    const governor = element.governor!
    const at = element.required.indexOf(governor)
    const table = overlapTableName(element.name)
    await this.connection.runMany(
      `INSERT INTO ${table}_summary (skypix_system, skypix_level, ${governor}) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`,
      [...new Set(records.map((r) => r.key[at]!))].map((value) => [system, level, value]),
    )
    const columns = element.required.map(quoteName).join(', ')
    const places = element.required.map(() => '?').join(', ')
    await this.connection.runMany(
      `INSERT INTO ${table} (skypix_system, skypix_level, ${columns}, skypix_index) VALUES (?, ?, ${places}, ?)`,
      records.flatMap(({ key, region }) =>
        pixelsOf(this.common, region).map((pixel) => [system, level, ...key, pixel]),
      ),
    )
  }

  async remove(element: DimensionElement, key: readonly SqlValue[]): Promise<void> {
    const where = element.required.map((d) => `${quoteName(d)} = ?`).join(' AND ')
    await this.connection.run(`DELETE FROM ${overlapTableName(element.name)} WHERE ${where}`, key)
  }
}
