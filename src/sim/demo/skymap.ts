import type { Butler } from '#butler'
import { getInstrument, registerSkyMap } from '#obs'
import { makeDiscreteSkyMap } from '#skymap'
import { surveyOf } from '../jobs.ts'
import type { DemoPlan } from './plan.ts'

/**
 * One tract around every frame of the survey (those not made included, so that a later run finds the same map): for ci_hsc 3 × 3
 * patches of 4000 pixels of 0.168″ in a plane tangent to the field's centre.
 */
export async function registerDemoSkyMap(butler: Butler, { instrument, skymap }: DemoPlan): Promise<void> {
  const { camera } = getInstrument(instrument)
  const corners = surveyOf(instrument).flatMap((visit) =>
    visit.detectors.flatMap((id) => {
      const wcs = camera.wcs(id, visit.pointing)
      return camera
        .detector(id)
        .bbox.toBox2D()
        .corners.map(({ x, y }) => wcs.pixelToSky(x, y))
    }),
  )
  const tiny = instrument === 'TinyCam'
  const map = makeDiscreteSkyMap(corners, {
    projection: 'TAN',
    pixelScale: tiny ? 0.2 : 0.168,
    patchInnerDimensions: tiny ? [500, 500] : [4000, 4000],
    patchBorder: tiny ? 50 : 100,
  })
  await registerSkyMap(butler, skymap, map)
}
