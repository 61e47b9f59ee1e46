/** One tile is one quad; its corners are relative to the view's centre, so that 32-bit floats never see large numbers. */
export const VERTEX_SHADER = `#version 300 es
uniform vec4 place;     // left, top, right, bottom in device pixels from the view's centre, the slide upright
uniform vec4 texels;    // left, top, right, bottom in texture coordinates
uniform vec2 turn;      // cosine and sine of the view's rotation
uniform vec2 toClip;    // 2 / width, -2 / height of the canvas
in vec2 corner;         // 0 or 1; mix() gives exactly one end or the other, so shared edges are equal bit for bit
out vec2 texel;
void main() {
  vec2 upright = mix(place.xy, place.zw, corner);
  texel = mix(texels.xy, texels.zw, corner);
  vec2 turned = vec2(upright.x * turn.x - upright.y * turn.y, upright.x * turn.y + upright.y * turn.x);
  gl_Position = vec4(turned * toClip, 0.0, 1.0);
}`;

/** Samples a tile. Colours are premultiplied by alpha. */
export const FRAGMENT_SHADER = `#version 300 es
precision highp float;
uniform sampler2D image;
uniform float crispness; // device pixels per texel when single pixels are to be told apart, else 0
uniform vec4 fill;       // a flat colour instead of the image where not transparent
in vec2 texel;
out vec4 color;

// Smooth over one device pixel at the border of two texels, flat inside them.
vec4 crisp() {
  vec2 size = vec2(textureSize(image, 0));
  vec2 at = texel * size - 0.5;
  vec2 between = clamp((fract(at) - 0.5) * crispness + 0.5, 0.0, 1.0);
  return textureLod(image, (floor(at) + 0.5 + between) / size, 0.0);
}

// Colour management belongs here: scanner colours in, screen colours out.
vec4 toDisplay(vec4 scanned) {
  return scanned;
}

void main() {
  if (fill.a > 0.0) {
    color = fill;
    return;
  }
  // Half a level towards the sharper mipmap: tissue is looked at for its detail.
  color = toDisplay(crispness > 1.0 ? crisp() : texture(image, texel, -0.5));
}`;
