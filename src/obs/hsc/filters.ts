import type { PhysicalFilter } from '../instrument.ts'

const filter = (name: string, band: string, lambdaEffNm: number, ...aliases: string[]): PhysicalFilter => ({
  name,
  band,
  lambdaEffNm,
  aliases,
})

/** Filters of HSC (and the Suprime-Cam ones that share its names), with the bands obs_subaru gives them. */
export const HSC_FILTERS: readonly PhysicalFilter[] = [
  filter('HSC-G', 'g', 477, 'W-S-G+'),
  filter('HSC-R', 'r', 623, 'W-S-R+'),
  filter('HSC-R2', 'r', 623),
  filter('ENG-R1', 'r', 623),
  filter('HSC-I', 'i', 775, 'W-S-I+'),
  filter('HSC-I2', 'i', 775),
  filter('HSC-Z', 'z', 925, 'W-S-Z+'),
  filter('HSC-Y', 'y', 990, 'W-S-ZR'),
  filter('NB0387', 'N387', 387),
  filter('NB0400', 'N400', 400),
  filter('NB0468', 'N468', 468),
  filter('NB0515', 'N515', 515),
  filter('NB0527', 'N527', 527),
  filter('NB0656', 'N656', 656),
  filter('NB0718', 'N718', 718),
  filter('NB0816', 'N816', 816),
  filter('NB0921', 'N921', 921),
  filter('NB0926', 'N926', 926),
  filter('NB0973', 'N973', 973),
  filter('NB1010', 'N1010', 1010),
  filter('IB0945', 'I945', 945),
  filter('NONE', 'white', 0, 'UNRECOGNISED', 'NONE'),
]
