"""Config classes for a comparison of config files; their twins are in classes.ts."""

from lsst.pex.config import (
    ChoiceField,
    Config,
    ConfigChoiceField,
    ConfigDictField,
    ConfigField,
    ConfigurableField,
    DictField,
    Field,
    ListField,
    RangeField,
    Registry,
    RegistryField,
)
from lsst.pex.config.configurableActions import (
    ConfigurableAction,
    ConfigurableActionField,
    ConfigurableActionStructField,
)


class A(Config):
    threshold = Field(doc="t", dtype=float, default=5)
    need = Field(doc="needed", dtype=int, default=1)
    old = Field(doc="x", dtype=int, default=1, deprecated="use need")


class B(Config):
    x = Field(doc="x", dtype=int, default=1)


class TA:
    ConfigClass = A


class TB:
    ConfigClass = B


class Action(ConfigurableAction):
    offset = Field(doc="o", dtype=float, default=0)


class Scale(Action):
    factor = Field(doc="s", dtype=float, default=2)


registry = Registry(Config)
registry.register("a", TA)
registry.register("b", TB)


class Root(Config):
    f = Field(doc="f", dtype=float, default=1.5)
    i = Field(doc="i\nin two lines", dtype=int, default=1)
    s = Field(doc="s", dtype=str, default="x", optional=True)
    c = Field(doc="c", dtype=complex, optional=True)
    flag = Field(doc="flag", dtype=bool, default=False)
    rg = RangeField(doc="rg", dtype=float, default=1, min=0, max=10)
    ch = ChoiceField(doc="ch", dtype=str, default="A", allowed={"A": "first", "B": "second"})
    fl = ListField(doc="fl", dtype=float, default=[1, 2, 3])
    sl = ListField(doc="sl", dtype=str, default=["p", "q"])
    il = ListField(doc="il", dtype=int, default=[1, 2])
    d = DictField(doc="d", keytype=str, itemtype=float, default={"a": 1})
    di = DictField(doc="di", keytype=int, itemtype=str, default={5: "a"})
    sub = ConfigField(doc="sub", dtype=A)
    sub2 = ConfigField(doc="sub2", dtype=A)
    m = ConfigurableField(doc="m", target=TA)
    r = RegistryField(doc="r", registry=registry, default="a")
    rm = RegistryField(doc="rm", registry=registry, default=["a"], multi=True)
    cc = ConfigChoiceField(doc="cc", typemap={"one": A, "two": B}, default="one")
    cd = ConfigDictField(doc="cd", keytype=str, itemtype=A, default={})
    act = ConfigurableActionField(doc="act", dtype=Action)
    acts = ConfigurableActionStructField(doc="acts")
