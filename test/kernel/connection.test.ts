import { expect, test } from 'vitest'
import { freeConnection } from '../../src/platform/node/jupyter/index.ts'

test('kernels that start at once are given ports of their own, away from those of outgoing connections', async () => {
  const made = await Promise.all(Array.from({ length: 300 }, () => freeConnection('many')))
  const ports = made.flatMap((c) => [c.shell_port, c.control_port, c.iopub_port, c.stdin_port, c.hb_port])
  expect(new Set(ports).size).toBe(1500)
  expect(Math.min(...ports)).toBeGreaterThanOrEqual(20_000)
  expect(Math.max(...ports)).toBeLessThan(30_000)
  expect(new Set(made.map(({ key }) => key)).size).toBe(300)
})

test('an address that is not ours is told as such', async () => {
  await expect(freeConnection('far', '192.0.2.1')).rejects.toMatchObject({ code: 'EADDRNOTAVAIL' })
})
