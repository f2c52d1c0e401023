/** Twin of the dot product: lane l sums the products of elements 4i + l. */
export function dot(a: Float32Array, b: Float32Array, n: number): number {
  const lanes = [0, 0, 0, 0]
  const whole = n & ~3
  for (let i = 0; i < whole; i++) lanes[i & 3]! += Math.fround(a[i]! * b[i]!)
  let sum = lanes[0]! + lanes[1]! + (lanes[2]! + lanes[3]!)
  for (let i = whole; i < n; i++) sum += Math.fround(a[i]! * b[i]!)
  return sum
}
