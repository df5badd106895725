"""The learning rate of the steps to come, as it is drawn behind "more": the engine's own."""

import numpy as np
import pytest

from engine.schedules import SCHEDULES

from .page import says

SETTINGS = {
    "constant": [{}],
    "step": [{}, {"every": 7, "gamma": 0.9}],
    "exponential": [{}, {"gamma": 1.0}],
    "cosine": [{}, {"updates": 33, "floor": 0.2}],
    "warm_up": [{}, {"updates": 1, "start": 0.5}],
    "one_cycle": [{}, {"updates": 4, "rise": 0.2}, {"updates": 90, "rise": 0.6, "divide": 3.0}],
}
UPDATES = [0, 1, 2, 3, 6, 7, 32, 33, 34, 53, 89, 90, 500, 599, 600, 1999, 2000, 5000]


def test_the_pages_factors_are_the_engines(visitor, server) -> None:
    page = visitor.open(server.url)
    assert {*SETTINGS, "plateau"} == SCHEDULES.keys()
    for kind, several in SETTINGS.items():
        for settings in several:
            schedule = SCHEDULES[kind](**settings)
            found = page.evaluate(
                """async ([schedule, updates]) => {
                  const { factorAt } = await import('/static/js/model/schedules.js');
                  return updates.map((u) => factorAt(schedule, u));
                }""",
                [{name: getattr(schedule, name) for name in schedule.__slots__}, UPDATES],
            )
            told = schedule.factor(np.array(UPDATES, float))
            assert found == pytest.approx(told.tolist(), abs=1e-12), (kind, settings)


def test_a_schedule_is_drawn_ahead_in_figures(visitor, server) -> None:
    page = visitor.open(server.url)
    page.click("#more")
    page.wait_for_selector("#ahead", state="attached")
    assert page.is_hidden("#ahead")
    page.evaluate(
        "glassbox.session.patch({ schedule: { kind: 'cosine', updates: 400, floor: 0.1 } }, 'schedule')"
    )
    says(page, "#ahead-said", "Step 0: rate 0.0300; step 460: 0.0030.")
    page.evaluate("glassbox.session.step({ steps: 200 })")
    says(page, "#ahead-said", "Step 200: rate 0.0165")
    assert page.get_attribute("#ahead-chart", "data-drawn") == "200"
    page.evaluate("glassbox.session.patch({ schedule: { kind: 'plateau' } }, 'schedule')")
    says(page, "#ahead-said", "losses will decide")
    assert page.is_hidden("#ahead-chart")
