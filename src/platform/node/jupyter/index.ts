/**
 * jupyter: Jupyter's wire and files, for kernels and for clients alike: messages and their framing, HMAC signatures
 * with replay refusal, connection files, ZeroMQ channels with a send queue for each socket, the kernelspec search path,
 * launching a kernel from its spec. It knows nothing of what a message means and nothing of Firstlight. The rules are
 * those of the Jupyter messaging document (5.5), jupyter_core's paths and jupyter_client's session.
 */
export { JupyterError } from './errors.ts'
export {
  type Channel,
  decodeMessage,
  encodeMessage,
  type JsonObject,
  type JupyterMessage,
  makeMessage,
  type MessageBody,
  type MessageHeader,
  type MessageOrigin,
  type MessageParts,
  PROTOCOL_VERSION,
  type RawMessage,
} from './message.ts'
export { Signer } from './signer.ts'
export { packFrames, unpackFrames } from './framing.ts'
export {
  addressOf,
  type ConnectionInfo,
  freeConnection,
  type PortName,
  readConnectionFile,
  writeConnectionFile,
} from './connection.ts'
export { type FrameSink, SendQueue } from './send-queue.ts'
export { type ChannelListener, connectKernel, type ConnectOptions, type KernelChannels } from './client.ts'
export { makeFolders } from '../folders.ts'
export { dataPath, type Environment, environmentPrefix, runtimeDir, userDataDir } from './paths.ts'
export {
  type BrokenKernel,
  brokenKernels,
  findKernel,
  findKernels,
  type InstalledKernel,
  type KernelSpec,
  readKernelSpec,
} from './kernelspec.ts'
export { launchKernel, type LaunchedKernel, type LaunchOptions } from './launch.ts'
