import { MIME, type PipelineDisplay } from '#protocol'
import type { MimeBundle, RunId } from '../protocol/threads.ts'
import type { DisplayHandle, Displays } from './display.ts'

/** The picture of a pipeline cell whose check, or whose engine, is not ready yet: loading takes seconds in a fresh kernel. */
export interface BegunPicture {
  readonly runId: string
  /** As of `performance.now()`. */
  readonly begin: number
  readonly handle: DisplayHandle
}

const begun = new Map<RunId, BegunPicture>()

export function beginPicture(displays: Displays, run: RunId): void {
  const runId = crypto.randomUUID()
  const handle = displays.show(bundleOf(runId, 'building', 0), { raw: true })
  begun.set(run, { runId, begin: performance.now(), handle })
}

/** For the run itself, which goes on with it. */
export function takePicture(run: RunId): BegunPicture | undefined {
  const picture = begun.get(run)
  begun.delete(run)
  return picture
}

/** The cell has ended before its run took the picture. */
export function endPicture(run: RunId, state: PipelineDisplay['state']): void {
  const picture = takePicture(run)
  if (picture === undefined) return
  const elapsedSec = (performance.now() - picture.begin) / 1000
  picture.handle.update(bundleOf(picture.runId, state, elapsedSec), { raw: true })
}

function bundleOf(runId: string, state: PipelineDisplay['state'], elapsedSec: number): MimeBundle {
  const text =
    state === 'building'
      ? 'Pipeline: reading the pipeline…'
      : `Pipeline: ${state}, ${elapsedSec.toFixed(1)} s`
  const display: PipelineDisplay = { runId, outputRun: '', state, tasks: [], elapsedSec, log: [], quanta: [] }
  return { 'text/plain': text, 'text/html': `<div><b>${text}</b></div>`, [MIME.pipeline]: display }
}
