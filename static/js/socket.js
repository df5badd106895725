/** The one WebSocket, reconnecting. Frames and looks come in as safetensors buffers. */

const WAITS_MS = [250, 500, 1000, 2000, 4000];

/** A safetensors buffer: 8 bytes length, JSON header, raw arrays. @param {ArrayBuffer} buffer */
function opened(buffer) {
  const length = Number(new DataView(buffer).getBigUint64(0, true));
  return { header: JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length))), start: 8 + length };
}

/**
 * @typedef {{header: any, start: number}} Opened
 * @typedef {{data: Float32Array | Int32Array, shape: number[]}} Numbers
 */

/**
 * @param {ArrayBuffer} buffer
 * @param {Opened} opened
 * @returns {{frame: import("./types.js").Frame, weights: Float32Array | null, steps: Float64Array, losses: Float32Array, lows: Float32Array, highs: Float32Array}}
 */
function readFrame(buffer, { header, start }) {
  const bytes = (/** @type {string} */ name) => {
    const entry = header[name];
    return entry ? buffer.slice(start + entry.data_offsets[0], start + entry.data_offsets[1]) : new ArrayBuffer(0);
  };
  const weights = bytes("weights");
  return {
    frame: JSON.parse(header.__metadata__.frame),
    weights: weights.byteLength ? new Float32Array(weights) : null,
    steps: new Float64Array(bytes("loss_steps")),
    losses: new Float32Array(bytes("losses")),
    lows: new Float32Array(bytes("loss_lows")),
    highs: new Float32Array(bytes("loss_highs")),
  };
}

/**
 * The arrays are views of the buffer: nothing is copied.
 * @param {ArrayBuffer} buffer
 * @param {Opened} opened
 * @returns {{look: any, arrays: Record<string, Numbers>}}
 */
function readLook(buffer, { header, start }) {
  const { __metadata__: metadata, ...entries } = header;
  /** @type {Record<string, Numbers>} */
  const arrays = {};
  for (const [name, { dtype, shape, data_offsets: [from, to] }] of Object.entries(entries)) {
    arrays[name] = { data: new (dtype === "I32" ? Int32Array : Float32Array)(buffer, start + from, (to - from) / 4), shape };
  }
  return { look: JSON.parse(metadata.look), arrays };
}

export class Socket {
  /**
   * @param {{frame: (f: ReturnType<typeof readFrame>) => void, look: (l: ReturnType<typeof readLook>) => void, event: (e: any) => void,
   *   connected: () => void, lost: () => void, gone: () => void, mark: () => string}} handlers
   */
  constructor(handlers) {
    this.handlers = handlers;
    this.tries = 0;
    /** @type {WebSocket | null} */
    this.socket = null;
    this.id = "";
    this.timer = 0;
    /** @type {object | null} */
    this.wanted = null;
  }

  /** What to see besides frames, from now on and on whatever is connected to next. @param {object | null} wanted */
  look(wanted) {
    this.wanted = wanted;
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify({ look: wanted }));
  }

  /** @param {string} id */
  open(id) {
    this.close();
    this.id = id;
    this.#connect();
  }

  close() {
    clearTimeout(this.timer);
    const old = this.socket;
    this.socket = null;
    this.id = "";
    old?.close();
  }

  #connect() {
    const after = encodeURIComponent(this.handlers.mark());
    const socket = new WebSocket(`ws://${location.host}/api/networks/${this.id}/socket?after=${after}`);
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    let missing = false;
    socket.onopen = () => {
      if (socket === this.socket && this.wanted) this.look(this.wanted);
    };
    socket.onmessage = ({ data }) => {
      if (socket !== this.socket) return;
      if (typeof data !== "string") {
        if (this.tries >= 0) this.handlers.connected();
        this.tries = -1;
        const buffer = opened(data);
        if (buffer.header.__metadata__.look) this.handlers.look(readLook(data, buffer));
        else this.handlers.frame(readFrame(data, buffer));
        return;
      }
      const event = JSON.parse(data);
      if (event.event === "problem" && event.problem.status === 404) missing = true;
      else this.handlers.event(event);
    };
    socket.onclose = () => {
      if (socket !== this.socket) return;
      if (missing) {
        this.handlers.gone();
        return;
      }
      this.handlers.lost();
      this.tries = Math.max(0, this.tries);
      const wait = WAITS_MS[Math.min(this.tries++, WAITS_MS.length - 1)];
      this.timer = window.setTimeout(() => this.#connect(), wait);
    };
  }
}
