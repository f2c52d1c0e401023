import { taskRegistry } from '#tasks'
import { TaskRegistry } from '#pipeline'
import { serveQuanta } from '#platform/node'
import { includeModule } from './task-modules.ts'

serveQuanta(async (modules) => {
  const tasks = new TaskRegistry().include(taskRegistry)
  for (const file of modules) await includeModule(tasks, file)
  return tasks
})
