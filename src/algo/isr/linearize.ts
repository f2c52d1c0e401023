import type { Amplifier, Detector, MaskedImage } from '#image'

/**
 * Undo the amplifiers' non-linearity in place, after bias: `Squared` I += c·I², `Polynomial` I += Σ_{k≥2} c_k·I^k.
 * @returns names of amplifiers that carried a correction
 */
export function linearize(exposure: MaskedImage, detector: Detector): readonly string[] {
  return detector.amplifiers.filter((amp) => linearizeAmplifier(exposure, amp)).map((amp) => amp.name)
}

function linearizeAmplifier({ image }: MaskedImage, amp: Amplifier): boolean {
  const powers = coefficients(amp)
  if (powers.length === 0) return false
  const { x0, y0, width, height } = amp.bbox
  for (let y = 0; y < height; y++) {
    const row = (y0 - image.y0 + y) * image.width + x0 - image.x0
    for (let i = row; i < row + width; i++) {
      const v = image.data[i]!
      let sum = 0
      for (let k = powers.length - 1; k >= 0; k--) sum = (sum + powers[k]!) * v
      image.data[i] = v + sum * v
    }
  }
  return true
}

/** Coefficients of I², I³, … ; empty for None and Proportional. */
function coefficients({ linearityType, linearityCoeffs }: Amplifier): readonly number[] {
  const type = linearityType.toUpperCase()
  const used =
    type === 'SQUARED' ? linearityCoeffs.slice(0, 1) : type === 'POLYNOMIAL' ? [...linearityCoeffs] : []
  return used.some((c) => c !== 0) ? used : []
}
