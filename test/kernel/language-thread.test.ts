import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { LanguageThread } from '../../kernel/session/language-thread.ts'

test('a language thread that cannot live is given up, with its reason, instead of being started for ever', {
  timeout: 30_000,
}, async () => {
  const broken = new URL('data:text/javascript,throw new Error("no compiler here")')
  const thread = new LanguageThread(tmpdir(), broken)
  const ask = () => thread.call('isComplete', { code: '1' })
  await expect(ask()).rejects.toThrow('no compiler here')
  const answer = () => ask().catch((error: Error) => error.message)
  await expect.poll(answer, { timeout: 20_000 }).toContain('tried 4 times')
  await thread.close()
})
