"""Numbers that no update moves, where Keras has no setting for it: put back after every update."""

from .run import Run


def holding(run: Run) -> list[str]:
    """Parameters that are held though their layer learns."""
    learns = {part.name for part in run.parts if part.layer.learns}
    running = ("running_mean", "running_variance")
    fixed = [n for n in run.fixed if n.split(".")[0] in learns and n.split(".")[1] not in running]
    return [*fixed, *run.partly]


def held_lines(run: Run, arrays: dict[str, list[str]], held: list[str]) -> list[str]:
    """A line of each variable: which one it is, its mask, and what it goes back to."""
    lines = []
    for name in held:
        owner = name.split(".")[0]
        place = next(i for i, a in enumerate(arrays[owner]) if f'w["{name}"]' in a)
        array = arrays[owner][place]
        if name in run.fixed and array.count('w["') == 1:
            lines.append(
                f'    held.append((model.get_layer("{owner}").weights[{place}], True, {array}))'
            )
            continue
        mask = array
        for one in run.of(next(p for p in run.parts if p.name == owner)):
            stands = (
                f'w["held.{owner}.{one}"]'
                if f"{owner}.{one}" in run.partly
                else f'w["{owner}.{one}"] * 0 == {int(f"{owner}.{one}" not in run.fixed)}'
            )
            mask = mask.replace(f'w["{owner}.{one}"]', stands)
        lines.append(
            f'    held.append((model.get_layer("{owner}").weights[{place}], {mask}, {array}))'
        )
    return lines
