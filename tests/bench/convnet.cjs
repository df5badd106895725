// ConvNetJS's side of the engine bench: prints the microseconds a step.
//
//     npm install --no-save convnetjs
//     node tests/bench/convnet.cjs '{"input_shape": [24, 24, 1], ..}' | --version
//
// Its trainer takes one sample at a time and updates the weights once a batch.
"use strict";

const convnetjs = require("convnetjs");

function definitions(row) {
  const [side, height = 1, depth = 1] = row.input_shape;
  const images = row.input_shape.length === 3;
  const input = images
    ? { type: "input", out_sx: side, out_sy: height, out_depth: depth }
    : { type: "input", out_sx: 1, out_sy: 1, out_depth: side };
  const layers = row.layers.map(([kind, size, kernel]) => ({
    dense: { type: "fc", num_neurons: size, activation: row.activation, bias_pref: 0 },
    conv2d: { type: "conv", filters: size, sx: kernel, stride: 1, pad: (kernel - 1) / 2, activation: row.activation },
    max_pool2d: { type: "pool", sx: size, stride: size },
  })[kind]);
  const output = row.loss === "mse"
    ? { type: "regression", num_neurons: row.outputs }
    : { type: "softmax", num_classes: row.outputs };
  return [input, ...layers, output];
}

function normal() {
  return Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
}

function samples(row) {
  const [side, height, depth] = row.input_shape;
  return Array.from({ length: row.samples }, () => {
    const x = depth ? new convnetjs.Vol(side, height, depth, 0) : new convnetjs.Vol(1, 1, side, 0);
    for (let i = 0; i < x.w.length; i++) x.w[i] = normal();
    const y = row.loss === "mse"
      ? Array.from({ length: row.outputs }, normal)
      : Math.floor(Math.random() * row.outputs);
    return { x, y };
  });
}

/** The best of five spans of about so long, as rows.best. */
function best(run, seconds) {
  const time = (steps) => {
    const begin = process.hrtime.bigint();
    run(steps);
    return Number(process.hrtime.bigint() - begin) / 1e9;
  };
  let steps = 1;
  let passed = time(1);
  for (passed = time(steps); passed <= seconds / 4; passed = time(steps)) {
    steps = Math.max(steps * 2, Math.trunc((steps * seconds) / 4 / Math.max(passed, 1e-9)));
  }
  const count = Math.max(1, Math.trunc((steps * seconds) / passed));
  return Math.min(...Array.from({ length: 5 }, () => time(count) / count)) * 1e6;
}

if (process.argv[2] === "--version") {
  console.log(`convnetjs ${require("convnetjs/package.json").version}`);
} else {
  const row = JSON.parse(process.argv[2]);
  const net = new convnetjs.Net();
  net.makeLayers(definitions(row));
  const trainer = new convnetjs.SGDTrainer(net, {
    method: "sgd", learning_rate: 0.01, momentum: row.momentum, batch_size: row.batch, l2_decay: 0,
  });
  const data = samples(row);
  let at = 0;
  const run = (steps) => {
    for (let i = 0; i < steps * row.batch; i++) {
      const { x, y } = data[at];
      at = (at + 1) % data.length;
      trainer.train(x, y);
    }
  };
  console.log(best(run, row.seconds));
}
