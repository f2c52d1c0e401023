// The whole job in a process of its own: FITS in, Parquet out.
import { readFileSync, writeFileSync } from 'node:fs'
import { openFits, readFloatImage } from '#fits'
import { Image, MaskedImage } from '#image'
import { writeParquet } from '#table'
import { detectAndMeasure } from './like-for-like.ts'

const path = process.argv[2]!
const file = await openFits(readFileSync(path))
const { width, height, data } = await readFloatImage(file.hdus[0]!)
const image = new Image(width, height, { data })
const variance = new Image(width, height).fill(54)
const catalog = detectAndMeasure(new MaskedImage(image, undefined, variance))
writeFileSync(`${path}.parquet`, writeParquet(catalog))
