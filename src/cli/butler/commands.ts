import type { CommandEntry } from './context.ts'

/** Every subcommand; each is loaded only when it is asked for. */
export const COMMANDS: Readonly<Record<string, CommandEntry>> = {
  'aggregate-graph': {
    summary: 'register what the quanta of a saved graph have written so far',
    load: () => import('./aggregate-graph.ts'),
  },
  associate: { summary: 'put datasets into a TAGGED collection', load: () => import('./associate.ts') },
  'certify-calibrations': {
    summary: 'say when the calibrations of a collection are valid',
    load: () => import('./certify-calibrations.ts'),
  },
  check: {
    summary: 'find and mend what a crash left: orphan files, records without files',
    load: () => import('./check.ts'),
  },
  'collection-chain': {
    summary: 'make a chain of collections, or edit one',
    load: () => import('./collection-chain.ts'),
  },
  'complete-words': {
    summary: 'words that may stand next on a command line; for completion scripts',
    load: () => import('./complete-words.ts'),
    hidden: true,
  },
  completion: {
    summary: 'print a script with which a shell completes butler commands',
    load: () => import('./completion.ts'),
  },
  'config-dump': {
    summary: 'print the configuration of a repository',
    load: () => import('./config-dump.ts'),
  },
  'config-validate': {
    summary: 'look for mistakes in the configuration',
    load: () => import('./config-validate.ts'),
  },
  create: { summary: 'make an empty repository', load: () => import('./create.ts') },
  'define-visits': {
    summary: 'make visits of the exposures that are there',
    load: () => import('./define-visits.ts'),
  },
  'export-calibs': {
    summary: 'write calibration collections with their files and validity to a folder',
    load: () => import('./export-calibs.ts'),
  },
  import: { summary: 'read an exported folder into a repository', load: () => import('./import.ts') },
  'ingest-files': {
    summary: 'take files listed in a table into a run',
    load: () => import('./ingest-files.ts'),
  },
  'ingest-graph': {
    summary: 'refused: there are no provenance graphs here',
    load: () => import('./ingest-graph.ts'),
    hidden: true,
  },
  'ingest-raws': { summary: 'take raw frames into a repository', load: () => import('./ingest-raws.ts') },
  'ingest-zip': {
    summary: 'take in an archive that retrieve-artifacts --zip made',
    load: () => import('./ingest-zip.ts'),
  },
  'provenance-report': {
    summary: 'refused: see pipetask report',
    load: () => import('./provenance-report.ts'),
    hidden: true,
  },
  'prune-collection': {
    summary: 'remove one collection (the spelling of 2020)',
    load: () => import('./prune-collection.ts'),
    hidden: true,
  },
  'prune-datasets': { summary: 'remove datasets, or their files', load: () => import('./prune-datasets.ts') },
  'query-collections': { summary: 'list collections', load: () => import('./query-collections.ts') },
  'query-data-ids': { summary: 'list data IDs', load: () => import('./query-data-ids.ts') },
  'query-dataset-types': { summary: 'list dataset types', load: () => import('./query-dataset-types.ts') },
  'query-datasets': { summary: 'list datasets', load: () => import('./query-datasets.ts') },
  'query-dimension-records': {
    summary: 'list records of a dimension: visits, detectors, …',
    load: () => import('./query-dimension-records.ts'),
  },
  'register-dataset-type': {
    summary: 'add a dataset type',
    load: () => import('./register-dataset-type.ts'),
  },
  'register-instrument': { summary: 'add an instrument', load: () => import('./register-instrument.ts') },
  'register-skymap': {
    summary: 'add a sky map: rings over the sky, or single tracts',
    load: () => import('./register-skymap.ts'),
  },
  'remove-collections': {
    summary: 'remove collections that are not runs; their datasets stay',
    load: () => import('./remove-collections.ts'),
  },
  'remove-dataset-type': { summary: 'remove dataset types', load: () => import('./remove-dataset-type.ts') },
  'remove-runs': { summary: 'remove runs with all their datasets', load: () => import('./remove-runs.ts') },
  'retrieve-artifacts': {
    summary: 'copy files of datasets out of the repository',
    load: () => import('./retrieve-artifacts.ts'),
  },
  'retrieve-artifacts-for-quanta': {
    summary: 'copy files of datasets that quanta of a saved graph read and make',
    load: () => import('./retrieve-artifacts-for-quanta.ts'),
  },
  sql: { summary: 'query catalogs with SQL', load: () => import('./sql.ts') },
  'transfer-datasets': {
    summary: 'copy datasets to another repository',
    load: () => import('./transfer-datasets.ts'),
  },
  'transfer-from-graph': {
    summary: 'register what a saved graph wrote without a registry',
    load: () => import('./transfer-from-graph.ts'),
  },
  'make-discrete-skymap': {
    summary: 'make a sky map of one tract around images',
    load: () => import('./make-discrete-skymap.ts'),
  },
  'update-dimension-regions': {
    summary: 'write pointings and regions that were fitted to stars into records',
    load: () => import('./update-dimension-regions.ts'),
  },
  'update-exposures-from-raws': {
    summary: 'read raw headers again and update the records of their exposures',
    load: () => import('./update-exposures-from-raws.ts'),
  },
  'write-curated-calibrations': {
    summary: "write an instrument's own calibrations and certify them",
    load: () => import('./write-curated-calibrations.ts'),
  },
  'zip-from-graph': {
    summary: 'put files that quanta of a saved graph made into a zip archive',
    load: () => import('./zip-from-graph.ts'),
  },
}
