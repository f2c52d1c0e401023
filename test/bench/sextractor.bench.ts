// Detection and measurement against SExtractor, like for like on one HSC-sized frame: background, smoothing, detection,
// deblending, positions, moments, Kron fluxes, ten apertures. Whole processes from FITS to catalog, and ours warm.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { asFits, benchField } from './frame.ts'
import { detectAndMeasure } from './like-for-like.ts'
import { fastest, fastestProcess, report } from './timing.ts'

const PARAMETERS = `NUMBER X_IMAGE Y_IMAGE XWIN_IMAGE YWIN_IMAGE ERRX2WIN_IMAGE ERRY2WIN_IMAGE X2_IMAGE Y2_IMAGE XY_IMAGE
X2WIN_IMAGE Y2WIN_IMAGE XYWIN_IMAGE FLUX_AUTO FLUXERR_AUTO KRON_RADIUS FLUX_APER(10) FLUXERR_APER(10) FLAGS`
const DIAMETERS = [6, 9, 12, 18, 24, 34, 50, 70, 100, 140].join(',')
const GAUSSIAN = `CONV NORM
0.034673 0.119131 0.179633 0.119131 0.034673
0.119131 0.409323 0.617200 0.409323 0.119131
0.179633 0.617200 0.930649 0.617200 0.179633
0.119131 0.409323 0.617200 0.409323 0.119131
0.034673 0.119131 0.179633 0.119131 0.034673
`

const folder = mkdtempSync(join(tmpdir(), 'firstlight-bench-'))
try {
  const { maskedImage } = benchField()
  const image = join(folder, 'image.fits')
  writeFileSync(image, asFits(maskedImage.image.data))
  const theirs = runPeer(image)
  let found = 0
  const warm = fastest(() => {
    found = detectAndMeasure(maskedImage).numRows
  }, 4)
  const script = fileURLToPath(new URL('./like-for-like-process.ts', import.meta.url))
  const whole = fastestProcess(process.execPath, ['--import', 'tsx', script, image])
  if (whole === undefined) throw new Error(`${script} failed`)
  const peer = theirs === undefined ? 'SExtractor' : `SExtractor (${theirs.found} objects)`
  report({
    job: `detect and measure, warm (${found} objects)`,
    ours: warm,
    peer,
    theirs: theirs?.time,
    budget: 1,
  })
  report({ job: 'detect and measure, whole process from FITS', ours: whole.time, peer, theirs: theirs?.time })
} finally {
  rmSync(folder, { recursive: true })
}

function runPeer(image: string): { time: number; found: number } | undefined {
  writeFileSync(join(folder, 'p.param'), PARAMETERS.split(/\s+/).join('\n'))
  writeFileSync(join(folder, 'g.conv'), GAUSSIAN)
  writeFileSync(join(folder, 'empty.sex'), '')
  const settings = {
    CATALOG_NAME: join(folder, 'out.cat'),
    PARAMETERS_NAME: join(folder, 'p.param'),
    FILTER_NAME: join(folder, 'g.conv'),
    BACK_SIZE: '128',
    DETECT_THRESH: '1.5',
    DETECT_MINAREA: '5',
    DEBLEND_NTHRESH: '32',
    DEBLEND_MINCONT: '0.005',
    PHOT_APERTURES: DIAMETERS,
    MEMORY_PIXSTACK: '2000000',
    VERBOSE_TYPE: 'NORMAL',
    NTHREADS: '1',
  }
  const args = [
    image,
    '-c',
    join(folder, 'empty.sex'),
    ...Object.entries(settings).flatMap(([k, v]) => [`-${k}`, v]),
  ]
  const done = fastestProcess('source-extractor', args)
  return done && { time: done.time, found: Number(/sextracted (\d+)/.exec(done.stderr)?.[1] ?? 0) }
}
