import type { JupyterFrontEndPlugin } from '@jupyterlab/application'

/** Every plugin of ours, in no particular order. */
export const firstlightPlugins: readonly JupyterFrontEndPlugin<unknown>[] = []
