import type { Box2I } from '#geom'
import { asTanSip } from '#obs'
import type { LinearWcs } from '#protocol'
import type { SkyWcs } from '#wcs'

/**
 * A WCS as a view evaluates it: TAN with SIP terms, in 0-based PARENT pixels. Other projections are fitted by a TAN-SIP
 * over the image; undefined when none fits (an image that covers a pole of the projection).
 */
export function linearWcs(wcs: SkyWcs, bbox: Box2I): LinearWcs | undefined {
  try {
    const isTan = wcs.kind === 'TAN' || wcs.kind === 'TAN-SIP'
    return fromCards((isTan ? wcs : asTanSip(wcs, bbox)).toFitsCards())
  } catch {
    return undefined
  }
}

function fromCards(cards: ReturnType<SkyWcs['toFitsCards']>): LinearWcs {
  const values = new Map(cards.map((card) => [card.key, Number(card.value)]))
  const number = (key: string) => values.get(key) ?? 0
  return {
    crpix: [number('CRPIX1') - 1, number('CRPIX2') - 1],
    crval: [number('CRVAL1'), number('CRVAL2')],
    cd: [number('CD1_1'), number('CD1_2'), number('CD2_1'), number('CD2_2')],
    sipA: sipTerms(values, 'A'),
    sipB: sipTerms(values, 'B'),
  }
}

function sipTerms(
  values: ReadonlyMap<string, number>,
  name: 'A' | 'B',
): readonly (readonly [number, number, number])[] {
  return [...values].flatMap(([key, value]) => {
    const match = /^([AB])_(\d+)_(\d+)$/.exec(key)
    return match?.[1] === name ? [[Number(match[2]), Number(match[3]), value] as const] : []
  })
}
