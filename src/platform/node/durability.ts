/**
 * What finished writes survive. By default the end of the process at any moment (kill -9): the operating system has them, and writes
 * them out in its own time. After a power cut a repository is whole but may lack the last seconds. `FIRSTLIGHT_DURABILITY=power` in the
 * environment has every put and every commit wait for the disk, at some milliseconds each.
 */
export const survivesPowerLoss = (): boolean => process.env['FIRSTLIGHT_DURABILITY'] === 'power'
