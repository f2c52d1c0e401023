import { expect, test } from 'vitest'
import { pipetaskWords } from '../../kernel/engine/commands.ts'
import { runsQuanta } from '../../kernel/magic/prepare.ts'

const session = { butler: { root: '/open' } }

test.each([
  ['run -p x.yaml', 'run -p x.yaml -b /open', '/open'],
  ['run -b other -p x.yaml', 'run -b other -p x.yaml', 'other'],
  ['purge u/me --no-confirm', 'purge u/me --no-confirm -b /open', undefined],
  ['cleanup u/me', 'cleanup u/me -b /open', undefined],
  ['report a.qg --collections u/me', 'report /open a.qg --collections u/me', undefined],
  ['report a.fgraph', 'report /open a.fgraph', undefined],
  ['report other a.qg', 'report other a.qg', undefined],
  ['run-qbb a.qg', 'run-qbb /open a.qg', undefined],
  ['build -p x.yaml', 'build -p x.yaml', undefined],
])('%%pipetask %s has the open repository where none is named', (line, words, repository) => {
  expect(pipetaskWords(line, session)).toEqual({ argv: words.split(' '), repository })
})

test.each([
  ['%%pipetask run -p x.yaml', true],
  ['%%pipetask --long-log run\n -t isr', true],
  ['%%pipetask qgraph -p x.yaml -q run.qg', false],
  ['%%pipetask run --show=tasks -t isr', false],
  ['%%pipetask run --help', false],
  ['%%pipeline --out first\ntasks: {}', true],
  ['%%pipeline --show tasks\ntasks: {}', false],
  ['%%sql\nSELECT 1', false],
])('%j runs quanta: %j', (source, runs) => {
  expect(runsQuanta(source)).toBe(runs)
})
