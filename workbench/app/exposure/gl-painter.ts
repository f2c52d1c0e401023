import { colourTable, NAN_COLOUR } from './colour-maps.ts'
import type { Look, Painter } from './paint.ts'
import { type Pyramid, type Tile, tilesOf } from './pyramid.ts'
import { FRAGMENT_SHADER, VERTEX_SHADER } from './shaders.ts'
import type { Stretch } from './stretch.ts'
import { type Size, toScreen, type View } from './view.ts'

/** Texture memory of all pictures together; the least recently drawn go first and come back when seen again. */
const TEXTURE_BUDGET = 512 << 20
const STRETCH_CODES: Readonly<Record<Stretch, number>> = { linear: 0, log: 1, sqrt: 2, asinh: 3 }

interface TileTextures {
  readonly image: WebGLTexture
  readonly mask: WebGLTexture
  readonly bytes: number
}

/**
 * One WebGL2 context for all pictures of a page (browsers allow about sixteen): each is drawn here and copied to its own
 * canvas. Returns undefined where the browser has no WebGL2.
 */
export function makeGlPainter(): Painter | undefined {
  const surface = document.createElement('canvas')
  const gl = surface.getContext('webgl2', {
    antialias: false,
    alpha: true,
    premultipliedAlpha: true,
    preserveDrawingBuffer: true,
  })
  if (gl === null) return undefined
  try {
    return new GlPainter(surface, gl)
  } catch (error) {
    console.warn('Firstlight: WebGL2 does not work here, images are drawn in software.', error)
    return undefined
  }
}

class GlPainter implements Painter {
  readonly kind = 'webgl2'
  readonly #surface: HTMLCanvasElement
  readonly #gl: WebGL2RenderingContext
  #program: WebGLProgram
  #uniforms: Record<string, WebGLUniformLocation | null>
  #colours: WebGLTexture
  #textures = new Map<Pyramid, Map<string, TileTextures>>()
  #bytes = 0

  constructor(surface: HTMLCanvasElement, gl: WebGL2RenderingContext) {
    this.#surface = surface
    this.#gl = gl
    this.#program = makeProgram(gl)
    this.#uniforms = uniformsOf(gl, this.#program)
    this.#colours = makeTexture(gl)
    surface.addEventListener('webglcontextlost', (event) => event.preventDefault())
    surface.addEventListener('webglcontextrestored', () => this.#rebuild())
  }

  paint(canvas: HTMLCanvasElement, pyramid: Pyramid, view: View, look: Look): void {
    const { width, height } = canvas
    this.#resize(width, height)
    this.#touch(pyramid)
    this.#setLook(look)
    this.#gl.viewport(0, this.#surface.height - height, width, height)
    this.#gl.clearColor(0, 0, 0, 0)
    this.#gl.clear(this.#gl.COLOR_BUFFER_BIT)
    const k = pyramid.levelFor(view.zoom)
    const level = pyramid.level(k)
    for (const tile of tilesOf(level)) {
      const place = placeTile(tile, 2 ** k, pyramid.base, view, canvas)
      if (place !== undefined) this.#drawTile(this.#tile(pyramid, k, tile), place)
    }
    const target = canvas.getContext('2d')
    target?.clearRect(0, 0, width, height)
    target?.drawImage(this.#surface, 0, 0, width, height, 0, 0, width, height)
  }

  forget(pyramid: Pyramid): void {
    for (const { image, mask, bytes } of this.#textures.get(pyramid)?.values() ?? []) {
      this.#gl.deleteTexture(image)
      this.#gl.deleteTexture(mask)
      this.#bytes -= bytes
    }
    this.#textures.delete(pyramid)
  }

  #drawTile({ image, mask }: TileTextures, { corners, texels }: Placement): void {
    const gl = this.#gl
    bind(gl, 0, image)
    bind(gl, 1, mask)
    gl.uniform4f(this.#uniforms['corners']!, ...corners)
    gl.uniform2f(this.#uniforms['texels']!, ...texels)
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4)
  }

  #tile(pyramid: Pyramid, k: number, tile: Tile): TileTextures {
    const tiles = this.#textures.get(pyramid) ?? new Map<string, TileTextures>()
    this.#textures.set(pyramid, tiles)
    const key = `${k}:${tile.x}:${tile.y}`
    const known = tiles.get(key)
    if (known !== undefined) return known
    const made = this.#upload(pyramid, k, tile)
    tiles.set(key, made)
    this.#bytes += made.bytes
    this.#evict(pyramid)
    return made
  }

  #upload(pyramid: Pyramid, k: number, tile: Tile): TileTextures {
    const gl = this.#gl
    const { width, image, mask } = pyramid.level(k)
    const imageTexture = makeTexture(gl)
    upload(gl, imageTexture, tile, width, gl.R32F, gl.RED, gl.FLOAT, image)
    const maskTexture = makeTexture(gl)
    if (mask) upload(gl, maskTexture, tile, width, gl.R32I, gl.RED_INTEGER, gl.INT, mask)
    else
      upload(
        gl,
        maskTexture,
        { x: 0, y: 0, width: 1, height: 1 },
        1,
        gl.R32I,
        gl.RED_INTEGER,
        gl.INT,
        NO_MASK,
      )
    const pixels = tile.width * tile.height
    return { image: imageTexture, mask: maskTexture, bytes: 4 * pixels * (mask ? 2 : 1) }
  }

  #setLook({ transfer, map, inverted, shownPlanes, planeColours, maskOpacity }: Look): void {
    const gl = this.#gl
    const at = this.#uniforms
    gl.useProgram(this.#program)
    bind(gl, 2, this.#colours)
    gl.texImage2D(
      gl.TEXTURE_2D,
      0,
      gl.RGBA8,
      256,
      1,
      0,
      gl.RGBA,
      gl.UNSIGNED_BYTE,
      colourTable(map, inverted),
    )
    gl.uniform1i(at['image']!, 0)
    gl.uniform1i(at['mask']!, 1)
    gl.uniform1i(at['colours']!, 2)
    gl.uniform2f(at['limits']!, transfer.low, transfer.high)
    gl.uniform1i(at['stretch']!, STRETCH_CODES[transfer.stretch])
    gl.uniform1f(at['bias']!, transfer.bias)
    gl.uniform1f(at['contrast']!, transfer.contrast)
    gl.uniform3fv(
      at['nanColour']!,
      NAN_COLOUR.map((c) => c / 255),
    )
    gl.uniform1i(at['shownPlanes']!, shownPlanes)
    const colours = Array.from({ length: 32 }, (_, bit) => planeColours.get(bit) ?? [255, 255, 255]).flat()
    gl.uniform3fv(
      at['planeColours[0]']!,
      colours.map((c) => c / 255),
    )
    gl.uniform1f(at['maskOpacity']!, maskOpacity)
  }

  /** The surface only grows: resizing a WebGL canvas is slow. */
  #resize(width: number, height: number): void {
    if (this.#surface.width < width) this.#surface.width = width
    if (this.#surface.height < height) this.#surface.height = height
  }

  /** Move to the end of the eviction order. */
  #touch(pyramid: Pyramid): void {
    const tiles = this.#textures.get(pyramid)
    if (tiles === undefined) return
    this.#textures.delete(pyramid)
    this.#textures.set(pyramid, tiles)
  }

  #evict(current: Pyramid): void {
    for (const pyramid of [...this.#textures.keys()]) {
      if (this.#bytes <= TEXTURE_BUDGET) return
      if (pyramid !== current) this.forget(pyramid)
    }
  }

  #rebuild(): void {
    this.#program = makeProgram(this.#gl)
    this.#uniforms = uniformsOf(this.#gl, this.#program)
    this.#colours = makeTexture(this.#gl)
    this.#textures = new Map()
    this.#bytes = 0
  }
}

/** Where a tile lies in clip coordinates, and how much of its texels the image covers (the last may be cut). */
interface Placement {
  readonly corners: readonly [left: number, bottom: number, right: number, top: number]
  readonly texels: readonly [width: number, height: number]
}

/** Placement of a tile, or undefined when it lies outside of the canvas. */
function placeTile(tile: Tile, scale: number, base: Size, view: View, canvas: Size): Placement | undefined {
  const endX = Math.min((tile.x + tile.width) * scale, base.width)
  const endY = Math.min((tile.y + tile.height) * scale, base.height)
  const [left, bottom] = toScreen(view, canvas, tile.x * scale - 0.5, tile.y * scale - 0.5)
  const [right, top] = toScreen(view, canvas, endX - 0.5, endY - 0.5)
  if (right < 0 || left > canvas.width || bottom < 0 || top > canvas.height) return undefined
  const x = (s: number) => (2 * s) / canvas.width - 1
  const y = (s: number) => 1 - (2 * s) / canvas.height
  return {
    corners: [x(left), y(bottom), x(right), y(top)],
    texels: [endX / scale - tile.x, endY / scale - tile.y],
  }
}

const NO_MASK = new Int32Array(1)

function upload(
  gl: WebGL2RenderingContext,
  texture: WebGLTexture,
  tile: Tile,
  rowLength: number,
  internal: number,
  format: number,
  type: number,
  pixels: Float32Array | Int32Array,
): void {
  bind(gl, 0, texture)
  gl.pixelStorei(gl.UNPACK_ALIGNMENT, 4)
  gl.pixelStorei(gl.UNPACK_ROW_LENGTH, rowLength)
  gl.pixelStorei(gl.UNPACK_SKIP_PIXELS, tile.x)
  gl.pixelStorei(gl.UNPACK_SKIP_ROWS, tile.y)
  gl.texImage2D(gl.TEXTURE_2D, 0, internal, tile.width, tile.height, 0, format, type, pixels)
  for (const name of [gl.UNPACK_ROW_LENGTH, gl.UNPACK_SKIP_PIXELS, gl.UNPACK_SKIP_ROWS])
    gl.pixelStorei(name, 0)
}

function makeTexture(gl: WebGL2RenderingContext): WebGLTexture {
  const texture = gl.createTexture()
  bind(gl, 0, texture)
  for (const name of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER])
    gl.texParameteri(gl.TEXTURE_2D, name, gl.NEAREST)
  for (const name of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T])
    gl.texParameteri(gl.TEXTURE_2D, name, gl.CLAMP_TO_EDGE)
  return texture
}

function bind(gl: WebGL2RenderingContext, unit: number, texture: WebGLTexture): void {
  gl.activeTexture(gl.TEXTURE0 + unit)
  gl.bindTexture(gl.TEXTURE_2D, texture)
}

function makeProgram(gl: WebGL2RenderingContext): WebGLProgram {
  const program = gl.createProgram()
  for (const [type, source] of [
    [gl.VERTEX_SHADER, VERTEX_SHADER],
    [gl.FRAGMENT_SHADER, FRAGMENT_SHADER],
  ] as const) {
    const shader = gl.createShader(type)
    if (shader === null) throw new Error('no shader')
    gl.shaderSource(shader, source)
    gl.compileShader(shader)
    gl.attachShader(program, shader)
  }
  gl.linkProgram(program)
  if (gl.getProgramParameter(program, gl.LINK_STATUS) !== true)
    throw new Error(gl.getProgramInfoLog(program) ?? 'link')
  return program
}

const UNIFORMS = [
  'corners',
  'texels',
  'image',
  'mask',
  'colours',
  'limits',
  'stretch',
  'bias',
  'contrast',
  'nanColour',
  'shownPlanes',
  'planeColours[0]',
  'maskOpacity',
] as const

const uniformsOf = (gl: WebGL2RenderingContext, program: WebGLProgram) =>
  Object.fromEntries(UNIFORMS.map((name) => [name, gl.getUniformLocation(program, name)]))
