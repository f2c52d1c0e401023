import { makeProgress, type Progress, type ProgressEvent } from '#core'

const WIDTH = 28
const REDRAW_MS = 100

/** Bars on a terminal, one line each, redrawn at most ten times a second; without a terminal, one line when a bar ends. */
export function terminalProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  const began = new Map<string, number>()
  let drawn = 0
  return makeProgress((event) => {
    const now = Date.now()
    if (!began.has(event.id)) began.set(event.id, now)
    const seconds = (now - (began.get(event.id) ?? now)) / 1000
    const over = event.state !== 'running'
    if (event.total === 0) return
    if (!stream.isTTY) {
      if (over) stream.write(`${line(event, seconds)}\n`)
      return
    }
    if (!over && now - drawn < REDRAW_MS) return
    drawn = now
    stream.write(`\r\u001b[K${line(event, seconds)}${over ? '\n' : ''}`)
  })
}

function line({ label, done, total, unit, state }: ProgressEvent, seconds: number): string {
  const share = total === undefined ? 0 : Math.min(1, done / total)
  const filled = Math.round(WIDTH * share)
  const bar = `${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)}`
  const count = total === undefined ? `${done}` : `${done}/${total}`
  const left =
    share > 0 && share < 1 && state === 'running' ? `, ${Math.ceil(seconds / share - seconds)} s left` : ''
  const failed = state === 'failed' ? ' stopped' : ''
  return `${bar} ${count} ${unit}  ${seconds.toFixed(0)} s${left}${failed}  ${label}`
}
