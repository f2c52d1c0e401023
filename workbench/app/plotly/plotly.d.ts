/** The part of plotly.js that the renderer calls; the package carries no types. */
declare module 'plotly.js-dist-min' {
  interface Plotly {
    react(node: HTMLElement, data: unknown, layout: unknown, config: unknown): Promise<unknown>
    addFrames(node: HTMLElement, frames: unknown): Promise<unknown>
    purge(node: HTMLElement): void
    Plots: { resize(node: HTMLElement): Promise<void> }
  }
  const plotly: Plotly
  export default plotly
}
