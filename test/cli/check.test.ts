import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { butlerCommand } from '../support/commands.ts'
import { aRepository, tempFolder } from '../support/repository.ts'

test('one problem is one problem', async () => {
  const butler = await aRepository()
  const ref = await butler.put(
    { a: 1 },
    'note',
    { instrument: 'Cam', visit: 1, detector: 1 },
    { run: 'run/a' },
  )
  rmSync(fileURLToPath(await butler.getUri(ref)))
  const { code, out } = await butlerCommand(['check', butler.root], tempFolder())
  expect(code).toBe(1)
  expect(out).toContain('1 problem; `butler check')
})
