/** The Jupyter wire, shared with the kernel: the one door through which the server reaches it. */
export {
  connectKernel,
  type Environment,
  findKernels,
  type InstalledKernel,
  type JupyterMessage,
  type KernelChannels,
  type KernelSpec,
  launchKernel,
  type LaunchedKernel,
  decodeMessage,
  encodeMessage,
  makeMessage,
  type MessageHeader,
  type RawMessage,
} from '../../../src/platform/node/jupyter/index.ts'
export type { Channel } from '../../../src/platform/node/jupyter/index.ts'
