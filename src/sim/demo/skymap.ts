import type { Butler } from '#butler'
import { getInstrument, registerSkyMap } from '#obs'
import { DiscreteSkyMap, makeDiscreteSkyMap } from '#skymap'
import { surveyOf } from '../jobs.ts'
import type { DemoPlan } from './plan.ts'

/**
 * HSC's tract: 8 × 8 patches of 1600 pixels of 0.168″ in a plane that touches the sky near the field's middle. The patches are
 * smaller than the usual 4000 pixels, and so placed that chip 5 of visit 903344 meets twelve of them, as in the Gen3 tutorial.
 */
const CI_HSC_TRACT = { ra: 320.83, dec: -0.38, radius: 0.28 }

/** One tract around every frame of the survey, those not made included, so that a later run finds the same map. */
export async function registerDemoSkyMap(butler: Butler, { instrument, skymap }: DemoPlan): Promise<void> {
  await registerSkyMap(butler, skymap, instrument === 'TinyCam' ? mapAround(instrument) : ciHscMap())
}

const ciHscMap = () =>
  new DiscreteSkyMap({
    raList: [CI_HSC_TRACT.ra],
    decList: [CI_HSC_TRACT.dec],
    radiusList: [CI_HSC_TRACT.radius],
    projection: 'TAN',
    pixelScale: 0.168,
    tractOverlap: 0,
    patchInnerDimensions: [1600, 1600],
    patchBorder: 100,
  })

function mapAround(instrument: string) {
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
  return makeDiscreteSkyMap(corners, {
    projection: 'TAN',
    pixelScale: 0.2,
    patchInnerDimensions: [500, 500],
    patchBorder: 50,
  })
}
