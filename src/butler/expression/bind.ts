import type { Region, SpherePoint } from '#geom'
import type { Instant, Timespan } from '#time'

/** A UUID as a bind value, apart from plain strings. */
export interface UuidValue {
  readonly uuid: string
}

export type BindScalar =
  | string
  | number
  | bigint
  | boolean
  | null
  | Instant
  | Timespan
  | Region
  | SpherePoint
  | UuidValue

/** What `:name` in an expression may stand for; lists and sets are for IN. */
export type BindValue = BindScalar | readonly BindScalar[] | ReadonlySet<BindScalar>
