/** What reading pipelines needs from the platform: files and environment variables. */
export interface PipelineHost {
  /** Text of a file, or of a shipped pipeline (`firstlight:pipelines/…`); rejects with a message naming it. */
  readText(path: string): Promise<string>
  exists(path: string): Promise<boolean>
  /** True for pipelines that ship with us, which are for any instrument. */
  isShipped?(path: string): Promise<boolean>
  /** Value of an environment variable, for `$NAME/…` in locations. */
  env(name: string): string | undefined
  /**
   * Override files of an instrument for a task (`obs_subaru/config/isr.py`), in the anchor's config form; by the
   * instrument class of the pipeline and the task's default name.
   */
  instrumentOverrides?(
    instrument: string,
    taskName: string,
  ): Promise<readonly { file: string; text: string }[]>
}
