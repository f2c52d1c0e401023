import { hostname } from 'node:os'
import type { ProcessFacts } from '#pipeline'

/** What Node tells of this process. */
export const processFacts: ProcessFacts = {
  nodeName: hostname(),
  usage() {
    const used = process.resourceUsage()
    const [userTime, systemTime] = [used.userCPUTime / 1e6, used.systemCPUTime / 1e6]
    return {
      cpuTime: userTime + systemTime,
      userTime,
      systemTime,
      // Node gives kilobytes.
      maxResidentSetSize: used.maxRSS * 1024,
      minorPageFaults: used.minorPageFault,
      majorPageFaults: used.majorPageFault,
      blockInputs: used.fsRead,
      blockOutputs: used.fsWrite,
      voluntaryContextSwitches: used.voluntaryContextSwitches,
      involuntaryContextSwitches: used.involuntaryContextSwitches,
    }
  },
}
