import type { Command } from 'commander'
import { addFlag, splitLists } from '../shared/options.ts'
import type { CommandContext } from './context.ts'

export function define(command: Command, context: () => CommandContext): void {
  command
    .argument('<repo>', 'repository')
    .argument('<name>', 'name of the dataset type')
    .argument('<storageClass>', 'what its datasets hold: StructuredDataDict, ArrowAstropy, ExposureF …')
    .argument('[dimensions...]', 'what identifies one')
  addFlag(command, 'is-calibration', 'its datasets may be certified in CALIBRATION collections').action(
    async (
      repo: string,
      name: string,
      storageClass: string,
      dimensions: readonly string[],
      options: { readonly isCalibration: boolean },
    ) => {
      const { io, open } = context()
      const butler = await open(repo, { writeable: true })
      const isNew = await butler.registry.registerDatasetType({
        name,
        storageClass,
        dimensions: splitLists(dimensions),
        isCalibration: options.isCalibration,
      })
      io.out(
        isNew
          ? 'Dataset type successfully registered.\n'
          : 'Dataset type already existed in identical form.\n',
      )
    },
  )
}
