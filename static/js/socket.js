/** The one WebSocket, reconnecting. Frames come in as safetensors buffers. */

const WAITS_MS = [250, 500, 1000, 2000, 4000];

/**
 * A safetensors buffer: 8 bytes length, JSON header, raw arrays.
 * @param {ArrayBuffer} buffer
 * @returns {{frame: import("./types.js").Frame, weights: Float32Array | null, steps: Float64Array, losses: Float32Array}}
 */
export function readFrame(buffer) {
  const length = Number(new DataView(buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
  const start = 8 + length;
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
  };
}

export class Socket {
  /**
   * @param {{frame: (f: ReturnType<typeof readFrame>) => void, event: (e: any) => void,
   *   connected: () => void, lost: () => void, gone: () => void, mark: () => string}} handlers
   */
  constructor(handlers) {
    this.handlers = handlers;
    this.tries = 0;
    /** @type {WebSocket | null} */
    this.socket = null;
    this.id = "";
    this.timer = 0;
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
    socket.onmessage = ({ data }) => {
      if (socket !== this.socket) return;
      if (typeof data !== "string") {
        if (this.tries >= 0) this.handlers.connected();
        this.tries = -1;
        this.handlers.frame(readFrame(data));
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
