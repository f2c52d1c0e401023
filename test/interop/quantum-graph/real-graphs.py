"""Graphs of small tasks by the real builder: for each the data IDs and inputs of its quanta, or the error."""

import json
import sys
import types

import lsst.pipe.base as pb
import lsst.pipe.base.connectionTypes as ct
from lsst.daf.butler import Butler
from lsst.pipe.base.all_dimensions_quantum_graph_builder import AllDimensionsQuantumGraphBuilder
from lsst.pipe.base.pipeline_graph import PipelineGraph

IED = ("instrument", "exposure", "detector")
IVD = ("instrument", "visit", "detector")
PLAIN = "StructuredDataDict"


def task(dimensions, *, spatial=(), temporal=(), hooks=None, **connections):
    def all_quanta(self, adjuster):
        if hooks:
            hooks(adjuster)

    def drop_ten(self, inputs, outputs, label, data_id):
        if label == "tens" and data_id.get("detector") == 10:
            raise pb.NoWorkFound("not this one")
        return pb.PipelineTaskConnections.adjustQuantum(self, inputs, outputs, label, data_id)

    body = dict(
        connections,
        getSpatialBoundsConnections=lambda self: spatial,
        getTemporalBoundsConnections=lambda self: temporal,
        adjust_all_quanta=all_quanta,
        adjustQuantum=drop_ten,
    )
    made = new("C", pb.PipelineTaskConnections, body, dimensions=dimensions)
    config = new("K", pb.PipelineTaskConfig, {}, pipelineConnections=made)
    return new("T", pb.PipelineTask, {"ConfigClass": config, "_DefaultName": "t"})


def new(name, base, body, **arguments):
    def fill(namespace):
        for key, value in {**body, "__module__": __name__}.items():
            namespace[key] = value

    return types.new_class(name, (base,), arguments, fill)


raw = ct.Input(doc="-", name="raw", storageClass=PLAIN, dimensions=IED, multiple=True)
refs = ct.PrerequisiteInput(
    doc="-", name="ps1_pv3_3pi", storageClass="ArrowAstropy", dimensions=("skypix",), multiple=True, minimum=0
)
night = ct.PrerequisiteInput(
    doc="-", name="night_cal", storageClass=PLAIN, dimensions=("instrument",), isCalibration=True
)
bias = ct.PrerequisiteInput(
    doc="-", name="bias", storageClass=PLAIN, dimensions=("instrument", "detector"), isCalibration=True
)


def out(name, dimensions):
    return ct.Output(doc="-", name=name, storageClass=PLAIN, dimensions=dimensions, multiple=True)


seen = {}


def with_prerequisites(adjuster):
    ids = list(adjuster.iter_data_ids())
    seen["quanta"] = len(ids)
    seen["prerequisites"] = sorted(len(adjuster.get_prerequisite_inputs(i)["bias"]) for i in ids)
    for i in ids:
        if not adjuster.get_prerequisite_inputs(i)["bias"]:
            adjuster.remove_quantum(i)


def shared(adjuster):
    first, second, third = sorted(adjuster.iter_data_ids(), key=lambda i: i["detector"])
    adjuster.remove_quantum(third)
    adjuster.add_input(first, "raw", adjuster.get_inputs(second)["raw"][0])
    [own] = adjuster.get_prerequisite_inputs(second)["bias"]
    adjuster.add_prerequisite_input(first, "bias", own)
    adjuster.move_output(first, "made", adjuster.get_outputs(second)["made"][0])


biases = ct.PrerequisiteInput(
    doc="-",
    name="bias",
    storageClass=PLAIN,
    dimensions=("instrument", "detector"),
    isCalibration=True,
    multiple=True,
)
camera = ct.PrerequisiteInput(
    doc="-", name="camera", storageClass=PLAIN, dimensions=("instrument",), isCalibration=True
)
colors = ct.Input(doc="-", name="colors", storageClass=PLAIN, dimensions=IVD, multiple=True, minimum=0)
IE = ("instrument", "exposure")
ID = ("instrument", "detector")
FILTER = ("instrument", "physical_filter")
sky = {
    "sky": task(IE, raw=raw, refs=refs, made=out("sky_made", IED)),
    "made": task(IE, spatial=("made",), raw=raw, refs=refs, made=out("made_made", IVD)),
    "patches": task(
        IVD,
        spatial=("made",),
        raw=raw,
        refs=refs,
        made=out("patches_made", ("instrument", "skymap", "tract", "patch", "visit")),
    ),
    "read": task(
        IE,
        spatial=("image",),
        image=ct.Input(doc="-", name="tens_made", storageClass=PLAIN, dimensions=IVD, multiple=True),
        refs=refs,
        made=out("read_made", IE),
    ),
    "tens": task(IVD, raw=raw, made=out("tens_made", IVD)),
    "day": task(
        IE,
        spatial=("made",),
        temporal=("made",),
        raw=raw,
        night=night,
        made=out("day_made", ("instrument", "day_obs")),
    ),
    "hour": task(IE, raw=raw, night=night, made=out("hour_made", ("instrument", "day_obs"))),
    "optional": task(IED, raw=raw, colors=colors, made=out("optional_made", IED)),
    "undated": task(FILTER, raw=raw, camera=camera, made=out("undated_made", FILTER)),
    "uncertain": task(ID, raw=raw, bias=biases, made=out("uncertain_made", ID)),
    "removing": task(IED, hooks=with_prerequisites, raw=raw, bias=bias, made=out("removing_made", IED)),
    "shared": task(IED, hooks=shared, raw=raw, bias=biases, made=out("shared_made", IED)),
}


def graph(butler, where, inputs, labels):
    pipeline = PipelineGraph()
    for label in labels:
        pipeline.add_task(label, sky[label])
    builder = AllDimensionsQuantumGraphBuilder(
        pipeline, butler, where=where, input_collections=inputs, output_run="u/bounds"
    )
    found = {}
    for node in builder.build(attach_datastore_records=False):
        quantum = node.quantum

        def ids(refs_by_type):
            return {
                t.name: sorted(str(r.id) if t.name in KEPT else key(r.dataId) for r in refs)
                for t, refs in refs_by_type.items()
                if refs and not t.name.endswith(("_metadata", "_log"))
            }

        found[f"{node.taskDef.label} {key(quantum.dataId)}"] = [ids(quantum.inputs), ids(quantum.outputs)]
    return found


KEPT = ("raw", "ps1_pv3_3pi", "night_cal", "bias", "camera")


def key(data_id):
    return json.dumps(dict(sorted(data_id.required.items())), separators=(",", ":"))


root, default_where, inputs, *pipelines = sys.argv[1:]
with Butler.from_config(root, collections=inputs.split(",")) as butler:
    answers = {}
    for asked in pipelines:
        labels, _, where = asked.partition(":")
        try:
            answers[asked] = graph(butler, where or default_where, inputs.split(","), labels.split("+"))
        except Exception as error:
            answers[asked] = type(error).__name__
    print(json.dumps([answers, seen]))
