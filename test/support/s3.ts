import { spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { afterAll } from 'vitest'
import { pythonPath } from './python.ts'

/** moto's S3 server on loopback, with a bucket; sets the environment that S3 clients read. Gives its address. */
export async function startS3(bucket: string): Promise<string> {
  const port = await new Promise<number>((resolve) => {
    const probe = createServer()
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
  const server = spawn(pythonPath(), ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  afterAll(() => void server.kill('SIGKILL'))
  await new Promise<void>((resolve, reject) => {
    let said = ''
    server.stderr.on('data', (data: Buffer) => {
      said += data.toString()
      if (said.includes('Running on')) resolve()
    })
    server.once('exit', (code) => reject(new Error(`moto ended (${code}): ${said}`)))
  })
  const url = `http://127.0.0.1:${port}`
  Object.assign(process.env, {
    S3_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: 'test-key',
    AWS_SECRET_ACCESS_KEY: 'test-secret',
    AWS_DEFAULT_REGION: 'us-east-1',
  })
  await fetch(`${url}/${bucket}`, { method: 'PUT' })
  return url
}
