export interface FieldConfig {
  readonly name: string
  readonly type: string
  readonly length?: number
  readonly nbytes?: number
  readonly nullable?: boolean
  readonly doc?: string
}

export interface ElementConfig {
  readonly doc?: string
  readonly keys?: readonly FieldConfig[]
  readonly requires?: readonly string[]
  readonly implies?: readonly string[]
  readonly metadata?: readonly FieldConfig[]
  readonly governor?: boolean
  readonly always_join?: boolean
  readonly populated_by?: string
  readonly storage?: {
    readonly cls: string
    readonly view_of?: string
    readonly nested?: { readonly cls?: string; readonly view_of?: string }
  }
}

export interface SkypixSystem {
  readonly class: string
  readonly max_level?: number | null
}

/** The JSON a repository keeps under `config:dimensions.json`; versions 0 to 8 have this form. */
export interface DimensionConfig {
  readonly version: number
  readonly namespace: string
  readonly skypix: { readonly common: string; readonly [system: string]: string | SkypixSystem }
  readonly elements: Readonly<Record<string, ElementConfig>>
  readonly topology: {
    readonly spatial: Readonly<Record<string, readonly string[]>>
    readonly temporal: Readonly<Record<string, readonly string[]>>
  }
  readonly packers?: unknown
}
