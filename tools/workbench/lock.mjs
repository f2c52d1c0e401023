import fs from 'node:fs'
import path from 'node:path'

const EVERY_MS = 300

/** Hold `file` while `work` runs; wait while another process holds it, and take it over when that one has died. */
export async function withLock(file, work) {
  fs.mkdirSync(path.dirname(file), { recursive: true })
  while (!take(file)) await new Promise((resolve) => setTimeout(resolve, EVERY_MS))
  try {
    return await work()
  } finally {
    fs.rmSync(file, { force: true })
  }
}

function take(file) {
  try {
    fs.writeFileSync(file, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
    if (!isRunning(ownerOf(file))) fs.rmSync(file, { force: true })
    return false
  }
}

function ownerOf(file) {
  try {
    return Number(fs.readFileSync(file, 'utf8'))
  } catch {
    return 0
  }
}

/** A file without a process id is one that is being written just now. */
function isRunning(pid) {
  if (!(pid > 0)) return true
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}
