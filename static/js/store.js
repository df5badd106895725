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
   * @returns {() => void} ends it: a view that goes listens no longer
   */
  on(keys, call) {
    const listener = { keys, call };
    this.listeners.add(listener);
    call(this.state);
    return () => void this.listeners.delete(listener);
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
    /** @type {Promise<unknown>} */
    this.turn = Promise.resolve();
    /** Grows when all is forgotten. */
    this.era = 0;
    /** Edits under way: until they are done the server may be ahead of what is known here. */
    this.waiting = 0;
    this.changed = changed;
  }

  /**
   * One after another: an edit is made from what the one before it left.
   * @template T
   * @param {() => Promise<T>} action
   * @returns {Promise<T>}
   */
  #inTurn(action) {
    this.waiting++;
    const run = this.turn.then(action, action).finally(() => { this.waiting--; });
    this.turn = run.catch(() => {});
    return run;
  }

  /**
   * @param {string} label
   * @param {() => Promise<{redo: () => Promise<unknown>, undo: () => Promise<unknown>} | null>} prepare
   *   called when its turn has come; null where there is nothing to change
   */
  run(label, prepare) {
    return this.#inTurn(async () => {
      const era = this.era, edit = await prepare();
      if (!edit) return;
      await edit.redo();
      if (era !== this.era) return; // of a network that has gone meanwhile
      this.done.push({ label, ...edit });
      if (this.done.length > 100) this.done.shift();
      this.undone = [];
      this.changed();
    });
  }

  undo() {
    return this.#inTurn(() => this.#move(this.done, this.undone, "undo"));
  }

  redo() {
    return this.#inTurn(() => this.#move(this.undone, this.done, "redo"));
  }

  /**
   * @param {typeof this.done} from
   * @param {typeof this.done} to
   * @param {"undo" | "redo"} way
   */
  async #move(from, to, way) {
    const edit = from[from.length - 1];
    if (!edit) return;
    await edit[way](); // what fails stays where it was
    from.pop();
    to.push(edit);
    this.changed();
  }

  clear() {
    this.era++;
    this.done = [];
    this.undone = [];
    this.changed();
  }
}
