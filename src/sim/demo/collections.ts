import type { Butler, CollectionType } from '#butler'
import { calibCollection, curatedRun, defaultsCollection, rawRun, REFCATS, SKYMAPS, unboundedRun } from '#obs'

/** Runs of `HSC/calib/gen2` by night, as the Gen3 tutorial lists them. */
export const gen2Run = (instrument: string, date: string): string => `${instrument}/calib/gen2/${date}`
/** Where what comes from outside the processing is kept: here the truth. */
export const externalRun = (instrument: string): string => `${instrument}/external`
export const masksRun = (instrument: string): string => `${instrument}/masks`

/** Make every collection of the repository, in the tutorial's order; those that exist are left as they are. */
export async function makeCollections(
  { collections }: Butler,
  instrument: string,
  curatedDates: readonly string[],
  calibNights: readonly string[],
): Promise<void> {
  const wanted: readonly (readonly [string, CollectionType])[] = [
    [calibCollection(instrument), 'CALIBRATION'],
    [unboundedRun(instrument), 'RUN'],
    ...curatedDates.map((date) => [curatedRun(instrument, date), 'RUN'] as const),
    [SKYMAPS, 'RUN'],
    [rawRun(instrument), 'RUN'],
    ...calibNights.map((night) => [gen2Run(instrument, night), 'RUN'] as const),
    [externalRun(instrument), 'RUN'],
    [masksRun(instrument), 'RUN'],
    [REFCATS, 'RUN'],
    [defaultsCollection(instrument), 'CHAINED'],
  ]
  for (const [name, type] of wanted) await collections.register(name, type)
  await collections.redefineChain(defaultsCollection(instrument), [
    rawRun(instrument),
    calibCollection(instrument),
    masksRun(instrument),
    REFCATS,
    SKYMAPS,
  ])
}
