/**
 * app: the workbench in the browser. A JupyterLab application assembled from its npm packages, with our plugins bundled:
 * views of exposures (WebGL2), tables, pipelines and Plotly figures, a launcher with the worked notebooks. Its nouns:
 * plugin, renderer (one output cell's view), painter (pixels to colours), row source, data client (the way to a
 * document's kernel). It reads what `#protocol` says and knows no butler and no algorithm. The idea of the views comes
 * from afw.display, Firefly and DS9; the shell from JupyterLab 4.
 */
export { type Extensions, startWorkbench } from './main.ts'
