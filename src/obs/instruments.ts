import { didYouMean, FirstlightError } from '#core'
import type { Header } from '#fits'
import { HSC } from './hsc/hsc.ts'
import type { Instrument } from './instrument.ts'
import { TinyCam } from './tiny/tiny-cam.ts'

/** Every instrument that is built in. */
export const instruments = (): readonly Instrument[] => [HSC, TinyCam]

/** By name or by class name (`lsst.obs.subaru.HyperSuprimeCam`). @throws 'obs/unknown-instrument' */
export function getInstrument(name: string): Instrument {
  const found = instruments().find((i) => i.name === name || i.className === name)
  if (found !== undefined) return found
  const names = instruments().map((i) => i.name)
  throw new FirstlightError('obs/unknown-instrument', `No instrument '${name}'.${didYouMean(name, names)}`, {
    hint: `Known are: ${instruments()
      .map((i) => `${i.name} (${i.className})`)
      .join(', ')}.`,
    data: { name },
  })
}

/** The instrument that wrote a header, or undefined. */
export const instrumentOf = (header: Header): Instrument | undefined =>
  instruments().find((instrument) => instrument.accepts(header))
