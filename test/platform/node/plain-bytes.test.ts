import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { nodeFiles } from '#platform/node'

test('bytes of a file are a plain array: a slice of them is a copy', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'firstlight-bytes-'))
  try {
    writeFileSync(join(folder, 'f'), 'abcdef')
    const bytes = await nodeFiles.readBytes(join(folder, 'f'))
    expect(Buffer.isBuffer(bytes)).toBe(false)
    expect(bytes.slice(2, 4).buffer.byteLength).toBe(2)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
