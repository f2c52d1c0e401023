const EVERY_MS = 1000

/**
 * End with the process that started this kernel: clients die without a word and kernels must not stay behind. The
 * parent is JPY_PARENT_PID where the starter says so, else whoever is the parent now; its end shows as a new parent.
 */
export function watchParent(env: NodeJS.ProcessEnv, leave: () => void): void {
  const started = process.ppid
  const told = Number(env['JPY_PARENT_PID'])
  const hasEnded = () => process.ppid !== started || (told > 1 && told !== started && !isAlive(told))
  if (started <= 1 && !(told > 1)) return
  setInterval(() => hasEnded() && leave(), EVERY_MS).unref()
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
