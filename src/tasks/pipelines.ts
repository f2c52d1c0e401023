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

/** The pipeline of the Gen3 tutorial: four tasks from a raw frame to its pieces on the sky map. */
const example = `description: Single-frame processing and warps, as in the Gen3 tutorial.
imports:
  - location: firstlight:pipelines/first-light.yaml
tasks:
  calibrate:
    class: lsst.pipe.tasks.calibrate.CalibrateTask
  makeWarp:
    class: lsst.pipe.tasks.makeCoaddTempExp.MakeWarpTask
subsets:
  singleFrame:
    subset: [isr, characterizeImage, calibrate]
    description: Everything that is done one detector at a time.
contracts:
  - contract: "characterizeImage.connections.characterized == calibrate.connections.exposure"
    msg: characterizeImage must feed calibrate
  - contract: "calibrate.connections.outputExposure == makeWarp.connections.calexpType + 'calexp'"
    msg: calibrate must feed makeWarp
`

/** Pipelines that ship with us: `-p firstlight:pipelines/first-light.yaml`. */
export const standardPipelines: Readonly<Record<string, string>> = {
  'pipelines/first-light.yaml': firstLight,
  'pipelines/example.yaml': example,
}
