/** State and subscriptions: one owner, views subscribe. No DOM, no fetch. */

/**
 * @template {object} S
 */
export class Store {
  /** @param {S} initial */
  constructor(initial) {
    this.state = initial;
    /** @type {Set<{keys: (keyof S)[], call: (state: S) => void}>} */
    this.listeners = new Set();
  }

  /** @param {Partial<S>} changes */
  set(changes) {
    const changed = /** @type {(keyof S)[]} */ (Object.keys(changes)).filter((key) => this.state[key] !== changes[key]);
    if (!changed.length) return;
    Object.assign(this.state, changes);
    for (const listener of [...this.listeners]) {
      if (listener.keys.some((key) => changed.includes(key))) listener.call(this.state);
    }
  }

  /**
   * Call now, and whenever one of the keys changes.
   * @param {(keyof S)[]} keys
   * @param {(state: S) => void} call
   */
  on(keys, call) {
    this.listeners.add({ keys, call });
    call(this.state);
  }
}

/**
 * Collect calls and make one at the next picture.
 * @param {() => void} draw
 */
export function eachFrame(draw) {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      draw();
    });
  };
}

/** What can be undone: pairs of doing and undoing, in order. */
export class Edits {
  /** @param {() => void} changed */
  constructor(changed) {
    /** @type {{label: string, redo: () => Promise<unknown>, undo: () => Promise<unknown>}[]} */
    this.done = [];
    /** @type {typeof this.done} */
    this.undone = [];
    this.changed = changed;
  }

  /**
   * @param {string} label
   * @param {() => Promise<unknown>} redo
   * @param {() => Promise<unknown>} undo
   */
  async run(label, redo, undo) {
    await redo();
    this.done.push({ label, redo, undo });
    if (this.done.length > 100) this.done.shift();
    this.undone = [];
    this.changed();
  }

  async undo() {
    const edit = this.done.pop();
    if (!edit) return;
    this.changed();
    await edit.undo();
    this.undone.push(edit);
    this.changed();
  }

  async redo() {
    const edit = this.undone.pop();
    if (!edit) return;
    this.changed();
    await edit.redo();
    this.done.push(edit);
    this.changed();
  }

  clear() {
    this.done = [];
    this.undone = [];
    this.changed();
  }
}
