/**
 * A map between the projection plane and the native sphere, in the vector form that needs no trigonometry where the
 * projection has none. Plane coordinates are intermediate world coordinates in radians, x to native east. The native
 * vector is (cos θ cos φ, cos θ sin φ, sin θ). Points outside give NaN.
 * @see Calabretta & Greisen 2002, A&A 395, 1077 (FITS paper II)
 */
export interface Projection {
  /** The three letters of CTYPE. */
  readonly code: string
  /** Native latitude of the reference point, radians: π/2 for zenithal ones, 0 for cylinders. */
  readonly theta0: number
  toVector(x: number, y: number, v: Float64Array): void
  /** Writes x, y to out[0], out[1]. */
  fromVector(a: number, b: number, c: number, out: Float64Array): void
  /** PVi_m of the latitude axis, for writing. */
  readonly parameters: readonly (readonly [number, number])[]
}
