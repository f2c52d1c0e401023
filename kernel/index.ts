/**
 * kernel: the Jupyter kernel for TypeScript. One process, three threads: this one holds the sockets and never runs a
 * user's code; the execution thread runs cells; the language thread checks, compiles, completes. Nouns: request, run
 * (one execution of a cell), scope (what cells declared), display, comm, magic. It knows the protocol and how our
 * objects look, no algorithm. The protocol is Jupyter's (5.5); the display symbol is Deno's; the three-thread form and
 * interrupting through the inspector are ours.
 */
export { Kernel, type KernelOptions } from './session/kernel.ts'
export type { Request, Transport } from './session/transport.ts'
export { DISPLAY_NAME, KERNEL_NAME } from './session/kernel-info.ts'
export { examine, type Finding } from './launcher/doctor.ts'
export {
  installKernel,
  type InstallOptions,
  type InstallTarget,
  kernelSpec,
  uninstallKernel,
} from './launcher/install.ts'
