/** The one WebSocket, reconnecting. Frames and looks come in as safetensors buffers. */

import { opened } from "./model/tensors.js";

const WAITS_MS = [250, 500, 1000, 2000, 4000];

/**
 * @param {ReturnType<typeof opened>} buffer
 * @returns {{frame: import("./types.js").Frame, weights: Float32Array | null, steps: Float64Array, losses: Float32Array, lows: Float32Array, highs: Float32Array}}
 */
function readFrame({ metadata, arrays }) {
  const floats = (/** @type {string} */ name) => /** @type {Float32Array} */ (arrays[name]?.data ?? new Float32Array(0));
  const weights = floats("weights");
  return {
    frame: JSON.parse(metadata.frame),
    weights: weights.length ? weights.slice() : null, // a worker is sent the whole buffer of a view
    steps: /** @type {Float64Array} */ (arrays.loss_steps?.data ?? new Float64Array(0)),
    losses: floats("losses"),
    lows: floats("loss_lows"),
    highs: floats("loss_highs"),
  };
}

/**
 * @param {ReturnType<typeof opened>} buffer
 * @returns {{look: any, arrays: Record<string, import("./model/tensors.js").Numbers>}}
 */
const readLook = ({ metadata, arrays }) => ({ look: JSON.parse(metadata.look), arrays });

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
        if (buffer.metadata.look) this.handlers.look(readLook(buffer));
        else this.handlers.frame(readFrame(buffer));
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
