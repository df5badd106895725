"""What goes wrong is said on the page in its own language."""

import re

import pytest

from .page import open_few_layers

# What is asked of the server, and what the page makes of its answer.
CASES = [
    ("POST", "/api/networks", {"batch_size": 20_001},
     "Batch size must be at most 20,000.", "批大小不能大于 20,000。"),
    ("POST", "/api/networks", {"layers": [{}, {"units": 0}]},
     "Layer 2: Units must be at least 1.", "第 2 层：单元数不能小于 1。"),
    ("POST", "/api/networks", {"optimizer": {"learning_rate": "x"}},
     "Learning rate must be a number.", "学习率必须是数字。"),
    ("POST", "/api/networks", {"dataset": {"noise": 1.5}},
     "Noise must be at most 1.", "噪声不能大于 1。"),
    ("POST", "/api/networks", {"schedule": {"kind": "nope"}},
     "The kind: this kind is unknown.", "种类：没有这一种类。可选：constant、"),
    ("POST", "/api/networks", {"loss": "nope"}, "The loss: this choice is unknown.", "损失函数：没有这个选项。"),
    ("POST", "/api/networks", {"nope": 1}, "There is no setting called nope here.", "此处没有“nope”这一项设置。"),
    ("POST", "/api/networks", {"layers": [{}] * 13},
     "The list of layers has too many entries; at most 12", "层的数量过多，最多 12 个。"),
    ("POST", "/api/networks",
     {"dataset": {"kind": "digits"},
      "layers": [{"kind": "conv2d", "kernel_size": 11, "padding": "valid"}, {"kind": "flatten"}]},
     "Layer 1: A kernel of 11 is larger than its input of 8 × 8 × 1. Choose 8 or less",
     "第 1 层：卷积核大小 11 超过了输入 8 × 8 × 1。请改为不超过 8"),
    ("POST", "/api/networks", {"layers": [{"kind": "max_pool2d"}]},
     "Layer 1: A layer of this kind (max pooling) takes images, but shape 2 reaches it.",
     "第 1 层：最大池化层接收图像，但此处的形状是 2。"),
    ("POST", "/api/networks", {"dataset": {"kind": "sine"}, "loss": "hinge"},
     "The loss hinge tells classes apart, but the data (sine) have values to fit. Choose one of: MSE, MAE, Huber.",
     "损失函数“合页”用于区分类别，但数据“正弦”是要拟合的数值。可选：均方误差、平均绝对误差、Huber。"),
    ("POST", "/api/networks", {"layers": [{"units": 512}] * 12}, "at most 1,000,000 are allowed", "最多允许 1,000,000 个"),
    ("POST", "/api/datasets", {"csv": "1,2,A\nx,4,B\n"},
     "Line 2, column 1 (“x1”): “x” is not a finite number", "第 2 行第 1 列（“x1”）：“x”不是有限的数"),
    ("POST", "/api/datasets", {"csv": "1,2,A\n3,4,A\n"},
     "has only one class, “A”", "只有一个类别“A”"),
    ("GET", "/api/networks/nope", None, "This network does not exist.", "没有这个网络。"),
    ("GET", "/api/nope", None, "There is nothing at this address.", "此地址没有内容。"),
    ("POST", "HERE/gradients", {"samples": [5000]}, "the training samples are numbered from 0 to", "训练样本的编号为 0 到"),
    ("POST", "HERE/train", {"steps": 1, "losses": "x" * 70_000}, "larger than 65,536 bytes", "超过 65,536 字节"),
]  # fmt: skip

TELL = """async ([language, cases]) => {
  const words = await import("/static/js/words.js"), { Problem } = await import("/static/js/api.js");
  await words.load(language, true);
  const here = `/api/networks/${glassbox.session.id}`, said = [];
  for (const [method, path, body] of cases) {
    const headers = body ? { "Content-Type": "application/json" } : {};
    const answer = await fetch(path.replace("HERE", here), { method, headers, body: body && JSON.stringify(body) });
    said.push(words.told(new Problem(await answer.json())));
  }
  return said;
}"""


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_the_server_refuses_is_a_sentence_of_the_language(server, visitor, language) -> None:
    page = visitor.open(server.url)
    found = page.evaluate(TELL, [language, [list(case[:3]) for case in CASES]])
    for case, said in zip(CASES, found, strict=True):
        assert case[4 if language == "zh" else 3] in said, said
        assert not re.search(r"\{\w+\}", said), said
        assert language == "en" or not re.search("Input should|must be|at most", said)
    visitor.complaints.clear()  # the console names each refusal


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "units: a new thing"),
        ("zh", "服务器拒绝了这一操作（单元数：units: a new thing）。"),
    ],
)
def test_a_code_without_words_is_said_as_well_as_can_be(server, visitor, language, said) -> None:
    page = visitor.open(server.url)
    found = page.evaluate(
        """async ([language]) => {
          const words = await import("/static/js/words.js"), { Problem } = await import("/static/js/api.js");
          await words.load(language, true);
          return words.told(new Problem({ status: 422, detail: "units: a new thing", code: "not_yet_known",
            values: { most: 3 }, errors: [{ field: "layers.0.units" }] }));
        }""",
        [language],
    )
    assert found == said


def test_what_stands_in_events_is_told_too_and_names_are_the_pages(server, visitor) -> None:
    page = visitor.open(server.url)
    tell = """async ([language, event, name]) => {
      const words = await import("/static/js/words.js"), { reasonIn } = await import("/static/js/api.js");
      await words.load(language, true);
      return words.told(reasonIn(event, name));
    }"""
    lost = {
        "reason": "PATCH it", "reason_code": "broken.lost",
        "reason_values": {"why": "there is no such dataset", "because": "no_such_dataset"},
    }  # fmt: skip
    assert "These data no longer exist" in page.evaluate(tell, ["en", lost, "reason"])
    assert "服务器上已没有这份数据" in page.evaluate(tell, ["zh", lost, "reason"])
    broke = {
        "said": "..", "said_code": "diverged_weights",
        "said_values": {"step": 7, "parameter": "recurrent_weight", "layer": "gru_1", "value": "NaN"},
    }  # fmt: skip
    assert "“recurrent weight” in GRU 1 became NaN" in page.evaluate(tell, ["en", broke, "said"])
    assert "GRU 1的循环权重" in page.evaluate(tell, ["zh", broke, "said"])
    assert page.evaluate(tell, ["zh", {"failure": None}, "failure"]) == ""


def test_a_refused_layer_and_a_refused_table_are_said_in_chinese(server, client, visitor) -> None:
    page = open_few_layers(server, client, visitor)
    page.click("#language")
    visitor.until("s.language === 'zh'")
    page.get_by_label("第 1 层的填充").select_option("valid")
    visitor.until("s.network.spec.layers[0].padding === 'valid'")
    field = page.get_by_label("第 1 层的卷积核")
    field.fill("11")
    field.press("Enter")
    page.wait_for_selector(".refusal:has-text('卷积核大小 11 超过了输入 8 × 8 × 1')")
    page.click("#language")
    page.wait_for_selector(".refusal:has-text('A kernel of 11')")  # it follows the language
    page.click(".refusal button")
    page.click("#language")
    visitor.until("s.language === 'zh'")
    page.evaluate("glassbox.session.patch({ batch_size: 99999 }, 'batchSize')")
    page.wait_for_selector("#banner:has-text('批大小不能大于 20,000。')")
    visitor.complaints.clear()


def test_what_was_pressed_is_not_explained_before_the_pointer_has_left_it(visitor, server):
    page = visitor.open(server.url)
    page.click('[data-kind="spiral"]')
    page.wait_for_timeout(1000)
    assert not page.locator("#tip").is_visible()
    page.mouse.move(700, 60)
    page.hover('[data-kind="spiral"]')
    page.wait_for_selector("#tip", state="visible")
