import { ASINH_STEEPNESS, LOG_STEEPNESS } from './stretch.ts'

/** One quad: a tile of a level. `corners` are clip coordinates, computed in double precision outside. */
export const VERTEX_SHADER = `#version 300 es
uniform vec4 corners; // left, bottom, right, top
uniform vec2 texels;
out highp vec2 texel;
void main() {
  vec2 unit = vec2(gl_VertexID & 1, gl_VertexID >> 1);
  texel = unit * texels;
  gl_Position = vec4(mix(corners.xy, corners.zw, unit), 0.0, 1.0);
}
`

/** The sums of `colourIndex`, then the colour of the lowest mask plane that is set and shown. */
export const FRAGMENT_SHADER = `#version 300 es
precision highp float;
precision highp int;
precision highp sampler2D;
precision highp isampler2D;
uniform sampler2D image;
uniform isampler2D mask;
uniform sampler2D colours;
uniform vec2 limits;
uniform int stretch;
uniform float bias;
uniform float contrast;
uniform vec3 nanColour;
uniform int shownPlanes;
uniform vec3 planeColours[32];
uniform float maskOpacity;
in highp vec2 texel;
out vec4 colour;
float stretched(float t) {
  if (stretch == 1) return log(1.0 + ${LOG_STEEPNESS}.0 * t) / log(1.0 + ${LOG_STEEPNESS}.0);
  if (stretch == 2) return sqrt(t);
  if (stretch == 3) return asinh(${ASINH_STEEPNESS}.0 * t) / asinh(${ASINH_STEEPNESS}.0);
  return t;
}
void main() {
  ivec2 size = textureSize(image, 0);
  ivec2 at = clamp(ivec2(floor(texel)), ivec2(0), size - 1);
  float value = texelFetch(image, at, 0).r;
  vec3 base = nanColour;
  if (!isnan(value)) {
    float t = clamp((value - limits.x) / (limits.y - limits.x), 0.0, 1.0);
    float c = clamp((stretched(t) - bias) * contrast + 0.5, 0.0, 1.0);
    base = texelFetch(colours, ivec2(int(floor(c * 255.0 + 0.5)), 0), 0).rgb;
  }
  int set = shownPlanes == 0 ? 0 : texelFetch(mask, at, 0).r & shownPlanes;
  if (set != 0) {
    int bit = 0;
    while (((set >> bit) & 1) == 0) bit++;
    base = mix(base, planeColours[bit], maskOpacity);
  }
  colour = vec4(base, 1.0);
}
`
