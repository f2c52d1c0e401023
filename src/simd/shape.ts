/** Size of a row-major pixel array: element (x, y) is at y·width + x. */
export interface Shape {
  readonly width: number
  readonly height: number
}
