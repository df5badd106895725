"""A plane by a rule that is typed: what is wrong with it is said while one types, and where."""

from .page import choose_data, reads, says


def test_a_rule_is_typed_told_its_mistakes_taken_and_undone(server, visitor) -> None:
    page = visitor.open(server.url)
    choose_data(visitor, "rule")
    rule = page.get_by_label("Rule in x and y, Enter takes it")
    assert rule.input_value() == "y > sin(3*x)"
    rule.fill("x^2 + y^2 < four")
    # What the server tells of the network meanwhile takes nothing from whoever is typing.
    page.evaluate("glassbox.store.set({ network: { ...glassbox.store.state.network } })")
    says(page, "#rule-problem", "“four” at character 13 is not known")
    assert rule.get_attribute("aria-invalid") == "true"
    visitor.complaints.clear()  # the browser logs every 422
    rule.press("Enter")
    page.wait_for_function("() => getSelection().toString() === 'four' || document.getElementById('rule').selectionStart === 12")  # fmt: skip
    visitor.complaints.clear()
    rule.fill("x^2 + y^2 < 4")
    rule.press("Enter")
    visitor.until("s.dataset.kind === 'rule' && s.network.spec.dataset.rule === 'x^2 + y^2 < 4'")
    reads(page, "#rule-problem", "")
    assert page.evaluate("document.activeElement.id") == "rule"
    assert visitor.state("network.spec.loss") == "cross_entropy"
    page.wait_for_selector("#plane[data-drawn]")
    # Without a comparison it is a surface to fit: the network follows.
    rule.fill("100 x y")
    rule.press("Enter")
    visitor.until("s.dataset.task === 'regression' && s.network.spec.loss === 'mse'")
    page.click('[data-family="curve"]')  # away from the field, that Ctrl+Z is the page's
    page.keyboard.press("Control+z")
    visitor.until("s.dataset.task === 'classification' && s.network.spec.loss !== 'mse'")
    assert rule.input_value() == "x^2 + y^2 < 4"
    # Escape has back what is learned; in Chinese it is all the same.
    rule.fill("x >")
    says(page, "#rule-problem", "ends where something is missing")
    rule.press("Escape")
    assert rule.input_value() == "x^2 + y^2 < 4"
    rule.fill("x and y > 0")
    page.click("#language")
    says(page, "#rule-problem", "第 3 个字符处的“and”")
    visitor.complaints.clear()
