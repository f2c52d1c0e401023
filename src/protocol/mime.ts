/** MIME types of our displays. The number is the payload's version: a reader refuses versions it does not know. */
export const MIME = {
  exposure: 'application/vnd.firstlight.exposure.v1+json',
  table: 'application/vnd.firstlight.table.v1+json',
  record: 'application/vnd.firstlight.record.v1+json',
  config: 'application/vnd.firstlight.config.v1+json',
  pipeline: 'application/vnd.firstlight.pipeline.v1+json',
  plotly: 'application/vnd.plotly.v1+json',
} as const
