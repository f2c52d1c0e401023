import type { Command } from 'commander'
import type { PipelineEdit } from '#pipeline'
import { addOptionsFile } from '../shared/options-file.ts'

/** Options that say which pipeline, and how it is changed. */
export interface PipelineOptions {
  readonly pipeline?: string
  /** `-t -c -C --delete --instrument` in the order typed. */
  readonly edits: readonly PipelineEdit[]
  readonly selectTasks?: string
  readonly show: readonly string[]
  readonly savePipeline?: string
  readonly pipelineDot?: string
  readonly pipelineMermaid?: string
  readonly butlerConfig?: string
  readonly taskModule: readonly string[]
}

export const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value]
export const collectList = (value: string, before: readonly string[] | undefined): readonly string[] => [
  ...(before ?? []),
  ...value
    .split(',')
    .map((v) => v.trim())
    .filter((v) => v !== ''),
]

/** Add the pipeline options; the order of edits is kept over all of them. */
export function addPipelineOptions(command: Command): Command {
  const edits: PipelineEdit[] = []
  command.setOptionValue('edits', edits)
  const edit = (make: (value: string) => PipelineEdit) => (value: string) => {
    edits.push(make(value))
    return value
  }
  return addOptionsFile(command)
    .option(
      '-p, --pipeline <file>',
      'pipeline file, `file#labels` for a part of it, or firstlight:pipelines/NAME.yaml',
    )
    .option(
      '-t, --task <class[:label]>',
      'add a task',
      edit((task) => ({ task })),
    )
    .option(
      '--delete <label>',
      'take a task out',
      edit((label) => ({ delete: label })),
    )
    .option(
      '-c, --config <label:field=value>',
      'override a config field',
      edit((config) => ({ config })),
    )
    .option(
      '-C, --config-file <label:file>',
      'apply a file of overrides',
      edit((configFile) => ({ configFile })),
    )
    .option(
      '--instrument <class>',
      "use an instrument's config overrides",
      edit((instrument) => ({ instrument })),
    )
    .option('--select-tasks <expression>', 'keep only tasks that the expression names: `>=isr & <=calibrate`')
    .option(
      '--show <item>',
      'print something and stop: pipeline, config[=LABEL::FIELD], tasks, … (repeatable)',
      (value: string, before: readonly string[]) => [...before, ...value.split(',').map((v) => v.trim())],
      [],
    )
    .option('-s, --save-pipeline <file>', 'write the pipeline with its imports merged')
    .option('--pipeline-dot <file>', 'write a GraphViz drawing of the pipeline')
    .option('--pipeline-mermaid <file>', 'write a Mermaid drawing of the pipeline')
    .option(
      '--task-module <file>',
      'an ES module (.mjs, .js, .ts) exporting further tasks (repeatable)',
      collect,
      [],
    )
}
