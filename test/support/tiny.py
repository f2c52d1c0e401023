"""The Python twin of `tiny-task.mjs`: reads five small datasets and writes one."""
import lsst.pipe.base as pipeBase
import lsst.pipe.base.connectionTypes as cT

PLAIN = {"doc": "plain data", "storageClass": "StructuredDataDict", "dimensions": ("instrument", "detector")}


class TinyConnections(pipeBase.PipelineTaskConnections, dimensions=("instrument", "detector")):
    a = cT.Input(name="a", **PLAIN)
    b = cT.Input(name="b", **PLAIN)
    c = cT.Input(name="c", **PLAIN)
    d = cT.Input(name="d", **PLAIN)
    e = cT.Input(name="e", **PLAIN)
    sum = cT.Output(name="sum", **PLAIN)


class TinyConfig(pipeBase.PipelineTaskConfig, pipelineConnections=TinyConnections):
    pass


class TinyTask(pipeBase.PipelineTask):
    ConfigClass = TinyConfig
    _DefaultName = "tiny"

    def run(self, a, b, c, d, e):
        self.log.info("Adding five numbers.")
        return pipeBase.Struct(sum={"value": a["value"] + b["value"] + c["value"] + d["value"] + e["value"]})
