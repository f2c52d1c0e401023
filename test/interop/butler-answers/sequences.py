"""Sequences that change a copy of the reference repository, and command lines, beyond the recorded ones."""
from specs import H, NEW, OLD, SM, span


def w(do, **k):
    return {"op": "write", "do": do, **k}


V = {"instrument": "HSC", "visit": 903334, "detector": 5}
CAL = [{"dataset_type": "bias", "collections": "HSC/calib/gen2/20131103", "where": f"{H} AND detector IN (5, 10)"}]
ONE = [{"dataset_type": "bias", "collections": "HSC/calib/gen2/20131103", "where": f"{H} AND detector = 5"}]
OTHER = [{"dataset_type": "bias", "collections": "HSC/calib/gen2/20130617", "where": f"{H} AND detector = 5"}]
EXP = [{"dataset_type": "calexp", "collections": NEW, "where": f"{H} AND visit=903334"}]
EXP_OLD = [{"dataset_type": "calexp", "collections": OLD, "where": f"{H} AND visit=903334"}]
VALID = w("associations", dataset_type="bias", collections=["t/c"])
MEMBERS = w("query_datasets", dataset_type="calexp", collections="t/tag", explain=False)


def certify(find, begin, end):
    return w("certify", collection="t/c", find=find, timespan=span(begin, end))


def decertify(begin, end, **k):
    return w("decertify", collection="t/c", dataset_type="bias", timespan=span(begin, end), **k)


def chain(name="t/chain"):
    return w("collections.query_info", expression=name, include_parents=True)


SEQUENCES = {
    "splits": [
        w("register_collection", name="t/c", type="CALIBRATION"), certify(CAL, "2020-01-01", "2021-01-01"), certify(OTHER, "2021-01-01", "2022-01-01"), VALID,
        decertify("2020-03-01", "2020-04-01"), VALID, decertify("2020-02-01", "2020-03-15", data_ids=[{"instrument": "HSC", "detector": 5}]), VALID,
        certify(OTHER, "2020-02-10", "2020-02-20"), VALID, certify(ONE, "2020-01-31", "2020-02-11"), certify(CAL, None, None), decertify("2020-06-01", "2021-06-01"), VALID,
        w("query_datasets", dataset_type="bias", collections="t/c", find_first=False, where="detector=5 AND bias.timespan OVERLAPS T'2020-02-15'", instrument="HSC"),
        w("find_dataset", dataset_type="bias", data_id={"instrument": "HSC", "detector": 5}, collections=["t/c"], timespan=span("2020-02-15", "2020-02-16")),
        w("find_dataset", dataset_type="bias", data_id={"instrument": "HSC", "detector": 5}, collections=["t/c"], timespan=span("2020-02-05", "2020-02-15")),
        decertify(None, None, data_ids=[{"instrument": "HSC", "detector": 10}]), VALID, decertify(None, "2020-02-12"), VALID, decertify(None, None), VALID, decertify(None, None),
        certify(CAL, "2020-01-01", "2020-01-01"), VALID,
    ],
    "chains": [
        w("register_collection", name="t/chain", type="CHAINED", doc="Words."), w("redefine_chain", parent="t/chain", children=["skymaps", "refcats", "HSC/best"]),
        w("prepend_chain", parent="t/chain", children=["HSC/best", "HSC/masks"]), w("extend_chain", parent="t/chain", children=["refcats", "u/fl/empty"]), chain(),
        w("prepend_chain", parent="t/chain", children=["skymaps", "skymaps"]), w("extend_chain", parent="t/chain", children="HSC/masks"), w("remove_from_chain", parent="t/chain", children=["nosuch"]),
        w("remove_from_chain", parent="t/chain", children=["u/fl/outer"]), w("remove_from_chain", parent="t/chain", children=["HSC/best", "refcats"]), chain(),
        w("register_collection", name="t/up", type="CHAINED"), w("redefine_chain", parent="t/up", children=["t/chain"]), w("extend_chain", parent="t/chain", children=["t/up"]),
        w("redefine_chain", parent="t/chain", children=["u/fl/outer", "t/chain"]), w("redefine_chain", parent="t/up", children=[]), w("redefine_chain", parent="t/chain", children=["HSC/*"]),
        w("redefine_chain", parent="nosuch", children=["skymaps"]), w("extend_chain", parent="skymaps", children=["refcats"]), w("redefine_chain", parent="t/up", children=["t/chain", "t/chain"]),
        w("remove_collection", name="t/chain"), w("remove_collection", name="t/up"), w("remove_collection", name="t/chain"), w("collections.query", expression="t/*"),
        w("register_collection", name="", type="RUN"), w("register_collection", name="t/run"), w("register_collection", name="t/run", type="RUN", doc="Later."), w("collections.query_info", expression="t/run", include_doc=True),
        w("remove_collection", name="t/run"),
    ],
    "tags": [
        w("register_collection", name="t/tag", type="TAGGED"), w("associate", collection="t/tag", find=EXP), MEMBERS, w("associate", collection="t/tag", find=EXP_OLD), MEMBERS,
        w("disassociate", collection="t/tag", find=[{**EXP[0], "where": f"{H} AND visit=903334 AND detector=5"}]), w("associate", collection="t/tag", find=[{**EXP_OLD[0], "where": f"{H} AND visit=903334 AND detector=5"}]), MEMBERS,
        w("find_dataset", dataset_type="calexp", data_id=V, collections=["t/tag", NEW]), w("find_dataset", dataset_type="calexp", data_id=V, collections=[NEW, "t/tag"]),
        w("prune", find=[{**EXP_OLD[0], "where": f"{H} AND visit=903334 AND detector=5"}], options={"disassociate": True, "tags": ["t/tag"]}), MEMBERS, w("prune", find=EXP, options={"disassociate": True, "tags": [NEW]}),
        w("prune", find=EXP, options={"disassociate": True}), w("prune", find=EXP, options={"disassociate": False}), w("prune", find=EXP, options={"purge": True, "unstore": True, "disassociate": True}), MEMBERS,
        w("exists", dataset_type="calexp", data_id=V, collections=[NEW]), w("remove_collection", name="t/tag"), w("disassociate", collection="HSC/raw/all", find=EXP_OLD),
    ],
    "puts": [
        w("register_dataset_type", name="tDict", dimensions=["visit"], storageClass="StructuredDataDict"), w("register_dataset_type", name="tDict", dimensions=["visit", "instrument"], storageClass="StructuredDataDict"),
        w("register_dataset_type", name="tDict", dimensions=["detector"], storageClass="StructuredDataDict"), w("register_dataset_type", name="skymap", dimensions=[], storageClass="StructuredDataDict"),
        w("register_dataset_type", name="a b", dimensions=[], storageClass="StructuredDataDict"), w("register_dataset_type", name="tDict.part", dimensions=["visit"], storageClass="StructuredDataDict"),
        w("register_dataset_type", name="tX", dimensions=["visit"], storageClass="NoSuch"), w("register_dataset_type", name="tX", dimensions=["nosuch"], storageClass="StructuredDataDict"),
        w("put", obj={"a": 1, "b": [1.5, None, "x"]}, dataset_type="tDict", data_id={"instrument": "HSC", "visit": 903334}, run="t/run"), w("put", obj={"a": 2}, dataset_type="tDict", data_id={"instrument": "HSC", "visit": 903334}, run="t/run"),
        w("register_collection", name="t/run"), w("put", obj={"a": 1, "b": [1.5, None, "x"]}, dataset_type="tDict", data_id={"instrument": "HSC", "visit": 903334}, run="t/run"),
        w("put", obj={"a": 2}, dataset_type="tDict", data_id={"instrument": "HSC", "visit": 903334}, run="t/run"), w("put", obj={"a": 2}, dataset_type="tDict", data_id={"instrument": "HSC", "visit": 5}, run="t/run"),
        w("put", obj={"a": 2}, dataset_type="tDict", data_id={"instrument": "HSC"}, run="t/run"), w("put", obj={"a": 2}, dataset_type="tDict", data_id={"instrument": "HSC", "visit": 903336}, run="HSC/best"),
        w("put", obj={"a": 2}, dataset_type="tDict", data_id={"instrument": "HSC", "visit": 903336}), w("put", obj={"a": 2}, dataset_type="nosuch", data_id={"instrument": "HSC", "visit": 903336}, run="t/run"),
        w("put", obj={"a": 3}, dataset_type="tDict", data_id={"instrument": "HSC", "exposure": 903338}, run="t/run"), w("put", obj={"a": 3}, dataset_type="tDict", data_id={"instrument": "HSC", "visit": "HSCA90333800"}, run="t/run"),
        w("put", obj={"a": 4}, dataset_type="tDict", data_id={"instrument": "HSC", "day_obs": 20130617, "seq_num": 106}, run="t/run"), w("get", dataset_type="tDict", data_id={"instrument": "HSC", "visit": 903334}, collections=["t/run"]),
        w("get", dataset_type="tDict", data_id={"instrument": "HSC", "visit": 903342}, collections=["t/run"]), w("query_datasets", dataset_type="tDict", collections="t/run"), w("getURI", dataset_type="tDict", data_id={"instrument": "HSC", "visit": 903334}, collections=["t/run"]),
        w("remove_dataset_type", name="tDict"), w("remove_collection", name="t/run"), w("remove_runs", names=["t/run"]), w("remove_dataset_type", name="tDict"), w("remove_dataset_type", name="tDict"), w("collections.query", expression="t/*"),
        w("register_dataset_type", name="tNone", dimensions=[], storageClass="StructuredDataDict", isCalibration=True), w("get_dataset_type", name="tNone"),
    ],
    "records": [
        w("insert_record", element="detector", records=[{"instrument": "HSC", "id": 200, "full_name": "x_200", "name_in_raft": "200", "raft": "x", "purpose": "TEST"}]),
        w("insert_record", element="detector", records=[{"instrument": "HSC", "id": 200, "full_name": "x_201"}]), w("insert_record", element="detector", records=[{"instrument": "HSC", "id": 200, "full_name": "x_201"}], options={"skip_existing": True}),
        w("query_dimension_records", element="detector", where=f"{H} AND detector=200"), w("insert_record", element="detector", records=[{"instrument": "HSC", "id": 200, "full_name": "x_202"}], options={"replace": True}),
        w("query_dimension_records", element="detector", where=f"{H} AND detector=200"), w("sync_record", element="detector", record={"instrument": "HSC", "id": 200, "full_name": "x_202"}),
        w("sync_record", element="detector", record={"instrument": "HSC", "id": 200, "full_name": "x_203"}), w("sync_record", element="detector", record={"instrument": "HSC", "id": 200, "full_name": "x_203", "raft": "y"}, options={"update": True}),
        w("query_dimension_records", element="detector", where=f"{H} AND detector=200"), w("insert_record", element="detector", records=[{"instrument": "HSC", "id": 201, "full_name": "x_203"}]),
        w("insert_record", element="detector", records=[{"instrument": "HSC", "full_name": "x_204"}]), w("insert_record", element="detector", records=[{"instrument": "nosuch", "id": 1, "full_name": "x"}]),
        w("insert_record", element="detector", records=[{"instrument": "HSC", "id": 202, "full_name": "x_205", "nosuch": 1}]), w("insert_record", element="detector", records=[{"instrument": "HSC", "detector": 203, "full_name": "x_206"}]),
        w("insert_record", element="nosuch", records=[{}]), w("insert_record", element="band", records=[{"band": "u"}]), w("insert_record", element="htm7", records=[{"id": 1}]),
        w("insert_record", element="physical_filter", records=[{"instrument": "HSC", "name": "HSC-Y", "band": "y"}]), w("query_dimension_records", element="band"), w("insert_record", element="physical_filter", records=[{"instrument": "HSC", "name": "HSC-Q"}]),
        w("insert_record", element="day_obs", records=[{"instrument": "HSC", "id": 20200101, "timespan": span("2020-01-01T12:00:00", "2020-01-02T12:00:00")}]), w("query_dimension_records", element="day_obs", where=f"{H} AND day_obs=20200101"),
        w("insert_record", element="visit", records=[{"instrument": "HSC", "id": 7, "name": "v7", "physical_filter": "HSC-Y", "day_obs": 20200101, "exposure_time": 1.5, "region": {"$pos": "CIRCLE 320.75 -0.25 0.1"}, "timespan": span("2020-01-01T13:00:00", "2020-01-01T13:01:00")}]),
        w("query_dimension_records", element="visit", where=f"{H} AND visit=7"), w("query_data_ids", dimensions=["visit", "patch"], where=f"{H} AND visit=7 AND skymap='{SM}'"), w("query_data_ids", dimensions=["visit"], where=f"{H} AND visit.region OVERLAPS POINT(320.75, -0.25) AND visit < 10"),
        w("sync_record", element="visit", record={"instrument": "HSC", "id": 7, "name": "v7", "physical_filter": "HSC-Y", "day_obs": 20200101, "exposure_time": 2.5}, options={"update": True}), w("query_data_ids", dimensions=["visit", "patch"], where=f"{H} AND visit=7 AND skymap='{SM}'", explain=False),
        w("expand_data_id", data_id={"instrument": "HSC", "visit": 7}), w("insert_record", element="visit_definition", records=[{"instrument": "HSC", "visit": 7, "exposure": 903334}]), w("query_dimension_records", element="visit_definition", where=f"{H} AND visit=7"),
        w("insert_record", element="visit_definition", records=[{"instrument": "HSC", "visit": 8, "exposure": 903334}]), w("insert_record", element="instrument", records=[{"name": "X" * 40}]), w("insert_record", element="instrument", records=[{"name": "TestCam", "detector_max": 4}]),
        w("insert_record", element="skymap", records=[{"name": "m", "hash": {"$none": 1}}]), w("query_data_ids", dimensions=["instrument"]),
    ],
    "removal": [
        w("remove_runs", names=["HSC/best"]), w("remove_runs", names=["nosuch"]), w("remove_runs", names=[OLD], options={"unlink_from_chains": True}), w("collections.query_info", expression="shared/ci_hsc_output"),
        w("query_datasets", dataset_type="calexp", collections="HSC/best", explain=False), w("query_datasets", dataset_type="deepCoadd", collections="*", find_first=False, explain=False), w("remove_collection", name="HSC/calib"),
        w("remove_collection", name="shared/ci_hsc_output"), w("remove_collection", name="u/fl/outer"), w("remove_collection", name="shared/ci_hsc_output"), w("remove_runs", names=["u/fl/empty", "u/fl/oddities"], options={"unlink_from_chains": True}),
        w("collections.query", expression="*", flatten_chains=True), w("prune", find=[{"dataset_type": "raw", "collections": "HSC/raw/all", "where": f"{H} AND exposure=903334"}], options={"unstore": True, "disassociate": False}),
        w("get", dataset_type="raw", data_id={"instrument": "HSC", "exposure": 903334, "detector": 5}, collections=["HSC/raw/all"]), w("exists", dataset_type="raw", data_id={"instrument": "HSC", "exposure": 903334, "detector": 5}, collections=["HSC/raw/all"]),
        w("query_datasets", dataset_type="raw", collections="HSC/raw/all", where="exposure=903334 AND detector=5", instrument="HSC"), w("prune", find=[{"dataset_type": "raw", "collections": "HSC/raw/all", "where": f"{H} AND exposure=903334"}], options={"purge": True}),
    ],
}

READ = rf"""
butler query-collections R "HSC/calib/*" --chains flatten
butler query-collections R u/fl/outer,HSC/best --chains table
butler query-collections R "u/fl/i*" "u/fl/o*" --chains tree
butler query-collections R u/fl/empty --chains inverse-tree
butler query-collections R "*" --chains INVERSE-TABLE --collection-type tagged
butler query-collections R --chains FLATTEN --collection-type CHAINED
butler query-collections R u/fl/inner -t --chains inverse-table
butler query-collections R u/fl/inner -t --exclude-dataset-types "*" --chains table
butler query-collections R u/fl/nothing
butler query-collections R u/fl/nothing --chains table
butler query-collections R u/fl/nothing --chains flatten
butler query-collections R --collection-type chained,tagged
butler query-datasets R src --collections u/fl/outer --where "{H} AND visit=903336"
butler query-datasets R "s*" --collections {NEW} --where "{H} AND visit=903334" --limit 3
butler query-datasets R "s*" --collections {NEW} --where "{H} AND visit=903334" --limit -3
butler query-datasets R deepCoadd --collections {OLD} --order-by -patch --limit 2
butler query-datasets R deepCoadd --collections {OLD} --order-by patch,-band --limit 3
butler query-datasets R deepCoadd --collections {OLD} --order-by patch --order-by -band --limit 3
butler query-datasets R deepCoadd,objectTable --collections {OLD} --where "skymap='{SM}' AND patch=4"
butler query-datasets R raw --collections HSC/raw/all --where "{H} AND exposure.observation_type='dark'"
butler query-datasets R raw --collections "HSC/raw/*" --where "{H} AND exposure=903110" --no-find-first
butler query-datasets R bias --collections HSC/calib --where "{H} AND detector=5 AND exposure=903986" --find-first
butler query-datasets R nDetections,packages --collections shared/ci_hsc_output --show-uri
butler query-datasets R raw --collections HSC/raw/all --where ""
butler query-datasets R raw --collections HSC/raw/all --where "{H} AND visit.region OVERLAPS POINT(320.75, -0.25) AND detector=1 AND visit < 903340"
butler query-datasets R raw --collections HSC/raw/all --limit x
butler query-datasets R raw --collections
butler query-datasets R raw --collections u/fl/empty
butler query-datasets R unusedType
butler query-data-ids R instrument
butler query-data-ids R detector --where "{H} AND detector < 6"
butler query-data-ids R detector,visit --where "{H} AND detector < 6 AND visit=903334"
butler query-data-ids R band
butler query-data-ids R htm7 --where "{H} AND visit=903334 AND detector=5"
butler query-data-ids R exposure --where "{H} AND day_obs=20131103" --order-by -exposure
butler query-data-ids R exposure detector --datasets raw --collections HSC/raw/all --where "{H} AND exposure=903334" --limit 2
butler query-data-ids R exposure detector --datasets raw --collections HSC/raw/all --where "{H} AND exposure=903334" --limit -2 --order-by -detector
butler query-data-ids R visit --datasets nosuch --collections HSC/raw/all
butler query-data-ids R visit --datasets calexp --collections nosuch
butler query-data-ids R --datasets skyMap --collections skymaps
butler query-data-ids R --datasets packages --collections {NEW}
butler query-data-ids R patch tract --where "skymap='{SM}' AND patch < 3"
butler query-data-ids R visit --where "{H} AND visit ="
butler query-data-ids R visit --order-by nosuch
butler query-dimension-records R detector --where "{H} AND detector IN (1..5)"
butler query-dimension-records R visit --where "{H} AND visit < 903340" --order-by -visit
butler query-dimension-records R visit --limit 2 --order-by visit
butler query-dimension-records R visit --limit -2 --order-by visit
butler query-dimension-records R visit_system_membership --where "{H} AND visit > 904000"
butler query-dimension-records R exposure --where "{H} AND exposure < 903120"
butler query-dimension-records R patch --where "skymap='{SM}' AND patch.cell_x=0" --order-by patch
butler query-dimension-records R physical_filter --order-by -physical_filter
butler query-dimension-records R visit --datasets calexp --collections HSC/best --where "{H}"
butler query-dimension-records R subfilter
butler query-dimension-records R skymap --where "skymap='nosuch'"
butler query-dataset-types R "*_*" -v
butler query-dataset-types R raw,calexp
butler query-dataset-types R "ra?" "sk*"
butler query-dataset-types R --collections HSC/raw/all,HSC/masks
butler query-dataset-types R --collections nosuch
butler query-dataset-types R --collections u/fl/empty
butler config-dump R --subset registry.db
butler config-validate R --ignore raw
butler config-validate R -d nosuch
butler retrieve-artifacts R O/a1/ --collections {NEW} --dataset-type "c*" --where "{H} AND visit=903334" --limit 2
butler retrieve-artifacts R O/a2/ --collections {NEW} --dataset-type calexp,src --where "{H} AND visit=903334 AND detector=5" --transfer symlink
butler retrieve-artifacts R O/a3/ --collections shared/ci_hsc_output --find-first --dataset-type calexp --where "{H} AND visit=903334 AND detector=5" -v --no-preserve-path
butler retrieve-artifacts R O/a4/ --collections u/fl/oddities --dataset-type calexp
butler export-calibs R O/c1 HSC/calib -d camera
butler query-collections
butler query-datasets nosuch
butler nosuch R
butler query-collections R --nosuch
"""

COMMANDS = {
    "links": rf"""
butler collection-chain R t/c skymaps,refcats HSC/best
butler collection-chain R t/c u/fl/outer --flatten --mode prepend
butler collection-chain R t/c --mode pop 0 1
butler collection-chain R t/c --mode pop x
butler collection-chain R t/c HSC/best --mode remove
butler collection-chain R t/c nosuch --mode remove
butler collection-chain R t/d t/c --doc Words
butler collection-chain R t/c t/d --mode extend
butler query-collections R "t/*" --chains tree
butler query-collections R "t/*" --chains inverse-tree
butler remove-collections R t/c --no-confirm
butler remove-collections R t/c --no-confirm --remove-from-parents
butler remove-collections R t/d HSC/best --no-confirm
butler query-collections R "t/*"
""",
    "calibrate": rf"""
butler certify-calibrations R HSC/calib/gen2/20130617 t/c bias --begin-date 2013-01-01 --end-date 2013-06-01T12:00:00
butler certify-calibrations R HSC/calib/gen2/20130617 t/c bias --begin-date 2013-06-01T12:00:00
butler certify-calibrations R HSC/calib/gen2/20131103 t/c bias --begin-date 2012-01-01 --end-date 2012-06-01 --search-all-inputs
butler certify-calibrations R u/fl/outer t/c camera --search-all-inputs
butler certify-calibrations R u/fl/nothing t/c camera
butler certify-calibrations R HSC/calib/unbounded t/c camera
butler query-datasets R bias --collections t/c --where "{H} AND detector=5"
butler query-collections R t/c -t --chains table
butler associate R t/t -d calexp,src --collections {NEW} --where "{H} AND visit=903334"
butler associate R t/t -d calexp --collections {NEW} --where "{H} AND visit=903336" --limit 1
butler associate R t/t -d "nosuch*" --collections {NEW}
butler associate R t/t -d calexp --collections {NEW} --where "{H} AND visit=1"
butler query-datasets R --collections t/t
""",
    "types": r"""
butler register-dataset-type R aType ArrowAstropy visit,detector
butler register-dataset-type R dType ArrowAstropy detector visit instrument
butler register-dataset-type R bType StructuredDataDict tract patch band --is-calibration
butler register-dataset-type R instrument StructuredDataDict
butler register-dataset-type R 1x StructuredDataDict
butler register-dataset-type R cType
butler query-dataset-types R "[bd]Type" -v
butler remove-dataset-type R aType bType dType
butler remove-dataset-type R "c*"
butler query-dataset-types R "?Type"
""",
    "pruning": rf"""
butler prune-datasets R {NEW} --datasets "cal*,src" --where "{H} AND visit=903334 AND detector=5" --unstore --dry-run
butler prune-datasets R {NEW} {OLD} --datasets calexp --where "{H} AND visit=903334 AND detector=5" --unstore --no-confirm
butler query-datasets R calexp --collections {OLD} --where "{H} AND visit=903334 AND detector=5" --show-uri
butler prune-datasets R --purge {OLD} --datasets calexp --where "{H} AND visit=903334" --dry-run
butler prune-datasets R --purge {OLD} --datasets calexp --where "{H} AND visit=903334" --no-confirm
butler prune-datasets R HSC/best --datasets visitSummary --disassociate HSC/best --dry-run
butler prune-datasets R HSC/best --disassociate HSC/best --unstore --dry-run
butler prune-datasets R HSC/best --disassociate HSC/best,u/fl/tagged-raws --quiet
butler query-datasets R --collections HSC/best
butler remove-runs R "{OLD[:-4]}*" --no-confirm --force
butler query-collections R "shared/*"
butler remove-runs R "HSC/calib/gen2/*" --no-confirm
butler remove-runs R u/fl/oddities --no-confirm --force
""",
    "transfers": rf"""
butler create S
butler transfer-datasets R S --collections {NEW} --dataset-type src --where "{H} AND visit=903334" --register-dataset-types --transfer copy
butler transfer-datasets R S --collections shared/ci_hsc_output --dataset-type visitSummary,nDetections --find-first --register-dataset-types
butler transfer-datasets R S --collections {NEW} --dataset-type src --where "{H} AND visit=903334" --register-dataset-types --transfer copy --dry-run
butler transfer-datasets R S --collections {NEW} --dataset-type nosuch
butler transfer-datasets R S --collections {NEW} --dataset-type calexp --where "{H} AND visit=1"
butler query-datasets S --collections "*"
butler query-dimension-records S physical_filter
butler query-data-ids S visit
butler query-collections S --chains table -t
butler export-calibs R O/x1 HSC/calib -d camera
butler import S O/x1 --transfer copy
butler import S O --export-file O/x1/export.yaml
butler query-collections S --chains table
butler query-datasets S camera --collections HSC/calib
""",
}
