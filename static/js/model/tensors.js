/**
 * Safetensors buffers: 8 bytes length, a JSON header, raw arrays.
 *
 * @typedef {{data: Float32Array | Float64Array | Int32Array | Uint8Array, shape: number[]}} Numbers
 */

const KINDS = /** @type {const} */ ({ F32: Float32Array, F64: Float64Array, I32: Int32Array, U8: Uint8Array });

/**
 * Its arrays, which are views of the buffer: nothing is copied; and its metadata, texts by name.
 * @param {ArrayBuffer} buffer
 * @returns {{metadata: Record<string, string>, arrays: Record<string, Numbers>}}
 */
export function opened(buffer) {
  const length = Number(new DataView(buffer).getBigUint64(0, true)), start = 8 + length;
  const { __metadata__: metadata = {}, ...entries } = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
  /** @type {Record<string, Numbers>} */
  const arrays = {};
  for (const [name, { dtype, shape, data_offsets: [from, to] }] of Object.entries(entries)) {
    const kind = KINDS[/** @type {keyof typeof KINDS} */ (dtype)];
    arrays[name] = { data: new kind(buffer, start + from, (to - from) / kind.BYTES_PER_ELEMENT), shape };
  }
  return { metadata, arrays };
}
