import { Background, BackgroundList, Footprint, Image, PhotoCalib } from '#image'
import type { RecordDisplay } from '#protocol'
import type { DisplayData } from '../protocol/threads.ts'
import { boxText, fact, pictureOf, rangeOf, zeroPointText } from './facts.ts'
import { recordData } from './record.ts'
import { numberText } from './text.ts'

/** Photometric calibrations, footprints, backgrounds. */
export function showCalibration(value: unknown): Promise<DisplayData> | undefined {
  const shown =
    value instanceof PhotoCalib
      ? showPhotoCalib(value)
      : value instanceof Footprint
        ? showFootprint(value)
        : value instanceof BackgroundList
          ? showBackground(value)
          : value instanceof Background
            ? showBackground(new BackgroundList([value]))
            : undefined
  return shown === undefined ? undefined : Promise.resolve(shown)
}

function showPhotoCalib(value: PhotoCalib): DisplayData {
  const { mean, error, field } = value
  const facts = [
    ...fact('calibration', `${numberText(mean)} ± ${numberText(error)} nJy per count`),
    ...fact('zero point', zeroPointText(value)),
    ...fact('varies', field === undefined ? 'no' : `over ${boxText(field.bbox)}`),
  ]
  return recordData({ title: 'Photometric calibration', facts })
}

function showFootprint(value: Footprint): DisplayData {
  const { area, bbox, peaks, spans } = value
  const image = new Image(bbox.width, bbox.height, { x0: bbox.x0, y0: bbox.y0 })
  for (let i = 0; i < spans.length; i += 3)
    for (let x = spans[i + 1]!; x <= spans[i + 2]!; x++) image.set(x, spans[i]!, 1)
  for (const peak of peaks) if (bbox.contains({ x: peak.ix, y: peak.iy })) image.set(peak.ix, peak.iy, 2)
  const tree = peaks.slice(0, 50).map((peak) => ({
    label: `peak ${peak.id}`,
    value: `(${numberText(peak.x)}, ${numberText(peak.y)})  ${numberText(peak.value)}`,
  }))
  const facts = [
    ...fact('area', `${area} px in ${spans.length / 3} spans`),
    ...fact('box', boxText(bbox)),
    ...fact('peaks', String(peaks.length)),
  ]
  return recordData({ title: 'Footprint', facts, picture: pictureOf(image, 'Footprint'), tree })
}

function showBackground(list: BackgroundList): DisplayData {
  const entries = list.entries.map(({ bbox, stats, style }, i) => {
    const cells = `${stats.width} × ${stats.height} cells, ${style.interpolation}`
    const { low, high } = rangeOf(stats.image.data)
    return fact(
      `layer ${i + 1}`,
      `${cells}, ${numberText(low)} to ${numberText(high)} counts, over ${boxText(bbox)}`,
    )
  })
  const first = list.entries[0]
  const picture =
    first === undefined ? undefined : pictureOf(sumOfCells(list) ?? first.stats.image, 'Background')
  const record: RecordDisplay = {
    title: 'Background',
    subtitle: `${list.entries.length} ${list.entries.length === 1 ? 'layer' : 'layers'}`,
    facts: entries.flat(),
    ...(picture !== undefined && { picture }),
  }
  return recordData(record)
}

/** The layers' cells summed, where they are the same cells; the whole image costs a second and shows no more. */
function sumOfCells({ entries }: BackgroundList): Image | undefined {
  const [first] = entries
  if (first === undefined) return undefined
  const { width, height } = first.stats.image
  const sum = new Image(width, height)
  for (const { stats } of entries) {
    if (stats.image.width !== width || stats.image.height !== height) return undefined
    for (let i = 0; i < sum.data.length; i++) sum.data[i] = sum.data[i]! + stats.image.data[i]!
  }
  return sum
}
