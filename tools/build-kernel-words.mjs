// What `%%pipeline`, `%%pipetask` and `%butler` may say, as data for the language thread, which loads no engine: tasks with their
// connections and config fields, instruments, commands with their options.
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const dist = fileURLToPath(new URL('../dist/', import.meta.url))
const out = join(dist, 'kernel/words.json')
const load = (path) => import(new URL(`../dist/${path}`, import.meta.url).href)

/** A config's fields with the path that an override names: `repair.cosmicray.min_DN`. */
function fieldList(config, fieldsOf, repr, prefix = '') {
  return fieldsOf(config).flatMap(({ name, field, value }) => {
    const path = `${prefix}${name}`
    const inner = (field.nested?.(value) ?? []).filter(({ active }) => active)
    const own = { name: path, type: field.typeName, doc: field.doc, ...shown(value, inner, repr) }
    return [own, ...inner.flatMap((n) => fieldList(n.config, fieldsOf, repr, `${path}${n.suffix}.`))]
  })
}

function shown(value, inner, repr) {
  if (inner.length > 0 || (typeof value === 'object' && value !== null && !Array.isArray(value))) return {}
  return { value: repr(value) }
}

async function tasks() {
  const { taskRegistry } = await load('src/tasks/index.js')
  const { fieldsOf, repr } = await load('src/config/index.js')
  const found = []
  for (const className of taskRegistry.names()) {
    const task = await taskRegistry.load(className)
    const connections = Object.entries(task.connections).map(
      ([name, { kind, name: type, storageClass, doc, dimensions }]) => ({
        name,
        kind,
        type,
        storageClass,
        doc,
        dimensions,
      }),
    )
    const fields = fieldList(task.config.make(), fieldsOf, repr)
    found.push({ className, label: task.defaultName, dimensions: task.dimensions, connections, fields })
  }
  return found
}

const optionData = (option) => ({
  names: [option.short, option.long].filter((name) => name !== undefined),
  flags: option.flags,
  doc: option.description,
  takesValue: option.required || option.optional,
  ...(option.argChoices !== undefined && { choices: option.argChoices }),
})

const commandData = (command, doc) => ({
  doc,
  options: command.options.filter((option) => !option.hidden).map(optionData),
  arguments: command.registeredArguments.map((argument) => argument.name()),
})

async function commands() {
  const { Command } = await import('commander')
  const { COMMANDS } = await load('src/cli/butler/commands.js')
  const { SUBCOMMANDS, SUMMARIES } = await load('src/cli/pipetask/main.js')
  const { pipelineOptions } = await load('kernel/engine/pipeline-cell.js')
  const butler = {}
  for (const [name, { summary, load: loadCommand, hidden }] of Object.entries(COMMANDS)) {
    if (hidden === true) continue
    const command = new Command(name)
    const { define } = await loadCommand()
    define(command, () => undefined)
    butler[name] = commandData(command, summary)
  }
  const pipetask = {}
  for (const [name, make] of Object.entries(SUBCOMMANDS)) {
    const command = (await make())({}, () => ({}))
    pipetask[name] = commandData(command, SUMMARIES[name])
  }
  return { butler, pipetask, pipeline: commandData(pipelineOptions(), '') }
}

async function instruments() {
  const { instruments: known } = await load('src/obs/index.js')
  return known().map(({ className, name }) => ({ className, name }))
}

function isStale() {
  if (!existsSync(out)) return true
  const time = statSync(out).mtimeMs
  const inputs = ['src/tasks', 'src/obs', 'src/cli', 'src/config', 'kernel/engine'].map((name) =>
    join(dist, name),
  )
  const isNew = (folder) =>
    readdirSync(folder, { recursive: true }).some(
      (name) => name.endsWith('.js') && statSync(join(folder, name)).mtimeMs > time,
    )
  return statSync(fileURLToPath(import.meta.url)).mtimeMs > time || inputs.some(isNew)
}

if (isStale()) {
  const words = { tasks: await tasks(), instruments: await instruments(), ...(await commands()) }
  writeFileSync(out, JSON.stringify(words))
}
