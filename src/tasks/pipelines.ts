/** Raw frame to sources: the pipeline of the first notebook. */
const firstLight = `description: Raw frames to background-subtracted exposures and source catalogs.
tasks:
  isr:
    class: lsst.ip.isr.IsrTask
  characterizeImage:
    class: lsst.pipe.tasks.characterizeImage.CharacterizeImageTask
subsets:
  firstLight:
    subset: [isr, characterizeImage]
    description: From raw frames to first source catalogs, one quantum a detector.
contracts:
  - contract: "isr.connections.outputExposure == characterizeImage.connections.exposure"
    msg: isr must feed characterizeImage
`

/** The pipeline of the Gen3 tutorial; tasks join it as they arrive. */
const example = `description: Single-frame processing, as in the Gen3 tutorial.
imports:
  - location: firstlight:pipelines/first-light.yaml
subsets:
  singleFrame:
    subset: [isr, characterizeImage]
    description: Everything that is done one detector at a time.
`

/** Pipelines that ship with us: `-p firstlight:pipelines/first-light.yaml`. */
export const standardPipelines: Readonly<Record<string, string>> = {
  'pipelines/first-light.yaml': firstLight,
  'pipelines/example.yaml': example,
}
