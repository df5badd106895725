"""Cases of the clinic, and whether one is cured."""

from typing import Annotated, Any

from annotated_types import Len
from pydantic import ConfigDict, Field

from engine.clinic.base import Metric

from .base import Answer, Wire

_GOAL = {
    "conditions": [{"metric": "test_accuracy", "at_least": 0.95, "at_most": None}],
    "steps": 2000,
    "same": ["dataset", "features", "seed"],
    "free": [],
}


class ConditionOut(Answer):
    metric: Metric = Field(
        description="as frames name them; leaked: the share of test samples that are training samples"
    )
    at_least: float | None
    at_most: float | None


class GoalOut(Answer):
    """All conditions hold after so many updates from the spec's own seed."""

    conditions: list[ConditionOut]
    steps: int
    same: list[str] = Field(description="parts of the spec that must be as in the case")
    free: list[str] = Field(description="what in them may be changed all the same: dataset.fault")


class CaseOut(Answer):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "name": "all_alike",
                "title": {"en": "Eight units, one opinion", "zh": "八个单元，一种意见"},
                "story": {
                    "en": "The network has eight hidden units and ..",
                    "zh": "网络有八个隐藏单元 ..",
                },
                "spec": {"dataset": {"kind": "moons"}, "initializer": "zeros"},
                "goal": _GOAL,
                "hints": [{"en": "Point at the units ..", "zh": "逐个指向 .."}],
                "explanation": None,
                "finding": None,
                "remedy": None,
            }
        }
    )

    name: str
    title: dict[str, str] = Field(description="by language: en, zh")
    story: dict[str, str] = Field(description="what is seen")
    spec: dict[str, Any] = Field(description="a whole NetworkSpec with the fault in it")
    goal: GoalOut
    hints: list[dict[str, str]] = Field(
        description="three: where to look, what it means, what to change"
    )
    explanation: dict[str, str] | None = Field(None, description="only with answers")
    finding: str | None = Field(None, description="what a diagnosis calls it; only with answers")
    remedy: dict[str, Any] | None = Field(None, description="a patch; only with answers")


class ClinicCheckIn(Wire):
    model_config = ConfigDict(json_schema_extra={"example": {"network": "kQ2v0W5rZb1c9yXJm3TtUw"}})

    network: Annotated[str, Len(1, 64)] = Field(
        description="the id of the network that is to be cured"
    )


class ClinicCourseOut(Answer):
    step: list[int]
    loss: list[float | None]
    test_loss: list[float | None]


class ClinicResultOut(Answer):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "case": "all_alike",
                "passed": False,
                "reached": {"test_accuracy": 0.53},
                "goal": _GOAL,
                "reasons": [
                    {
                        "en": "The test accuracy is 0.53; the goal is at least 0.95.",
                        "zh": "测试准确率为 0.53，目标是至少 0.95。",
                    }
                ],
                "explanation": None,
                "course": {"step": [0, 2000], "loss": [0.69, 0.69], "test_loss": [0.69, 0.69]},
            }
        }
    )

    case: str
    passed: bool
    reached: dict[str, float | None] = Field(description="by metric, after the goal's steps")
    goal: GoalOut
    reasons: list[dict[str, str]] = Field(description="why it has not passed, by language")
    explanation: dict[str, str] | None = Field(description="once it has passed")
    course: ClinicCourseOut = Field(description="of the run that was judged")
