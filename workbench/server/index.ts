/**
 * server: the embedded Jupyter server. It serves the workbench page, the user's folder as Jupyter contents, and any
 * installed kernel over websockets, to one person on this machine: loopback only, always behind a token. Its nouns are
 * the ones of the Jupyter REST interface: contents, checkpoint, kernelspec, kernel, session, channel, setting,
 * workspace. It knows no astronomy and no butler; kernels are processes spoken to over ZeroMQ. The interface comes
 * from jupyter-server 2 and JupyterLab 4, the folder rules and the attack list from their advisories.
 */
export type { RunningServer, ServerOptions } from './options.ts'
export { startServer } from './start.ts'
