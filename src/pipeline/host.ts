/** What reading pipelines needs from the platform: files and environment variables. */
export interface PipelineHost {
  /** Text of a file; rejects with a message naming it. */
  readText(path: string): Promise<string>
  /** Value of an environment variable, for `$NAME/…` in locations. */
  env(name: string): string | undefined
}
