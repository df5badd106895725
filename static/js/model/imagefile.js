/** What a picture's file says of itself before anything is decoded: its kind and its size. */

/** Bytes at the beginning that are looked at: before a JPEG's size there may be a preview and colour profiles. */
export const HEAD_BYTES = 1 << 19;

/**
 * @typedef {{kind: "png" | "jpeg" | "webp", width: number, height: number}} Head
 * @param {Uint8Array} bytes
 * @returns {Head | {kind: "gif" | "svg" | "bmp" | "tiff" | "avif" | "other"}} a size of 0 where it says none
 */
export function headOf(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = (/** @type {number} */ from, /** @type {number} */ to) => String.fromCharCode(...bytes.subarray(from, to));
  if (text(0, 8) === "\x89PNG\r\n\x1a\n") return { kind: "png", ...(bytes.length >= 24 && text(12, 16) === "IHDR" ? { width: view.getUint32(16), height: view.getUint32(20) } : NONE) };
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return { kind: "jpeg", ...jpegSize(view) };
  if (text(0, 4) === "RIFF" && text(8, 12) === "WEBP") return { kind: "webp", ...webpSize(view, text(12, 16)) };
  if (text(0, 3) === "GIF") return { kind: "gif" };
  if (text(0, 2) === "BM") return { kind: "bmp" };
  if (text(0, 4) === "II*\0" || text(0, 4) === "MM\0*") return { kind: "tiff" };
  if (text(4, 8) === "ftyp") return { kind: "avif" };
  return { kind: /<svg[\s>]/i.test(text(0, 4096)) ? "svg" : "other" };
}

const NONE = { width: 0, height: 0 };

/** Of the first frame: segments are skipped by their lengths. @param {DataView} view */
function jpegSize(view) {
  for (let at = 2; at + 9 <= view.byteLength; ) {
    if (view.getUint8(at) !== 0xff) return NONE;
    const mark = view.getUint8(at + 1);
    if (mark === 0xff) at += 1;
    else if (mark === 0x01 || (mark >= 0xd0 && mark <= 0xd8)) at += 2;
    else if (mark >= 0xc0 && mark <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(mark)) return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    else at += 2 + Math.max(2, view.getUint16(at + 2));
  }
  return NONE;
}

/** @param {DataView} view @param {string} chunk */
function webpSize(view, chunk) {
  if (view.byteLength < 30) return NONE;
  const three = (/** @type {number} */ at) => view.getUint16(at, true) + (view.getUint8(at + 2) << 16);
  if (chunk === "VP8X") return { width: 1 + three(24), height: 1 + three(27) };
  if (chunk === "VP8 ") return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
  const bits = view.getUint32(21, true);
  return chunk === "VP8L" ? { width: 1 + (bits & 0x3fff), height: 1 + ((bits >> 14) & 0x3fff) } : NONE;
}

/**
 * The class that a file belongs to: its folder's name, or what stands before the first digit, _ or - in its own.
 * @param {string} path
 * @param {boolean} byFolder
 * @returns {string} "" where it says none
 */
export function classIn(path, byFolder) {
  const parts = path.split("/").filter(Boolean), name = parts.pop() ?? "";
  return (byFolder && parts.length ? parts[parts.length - 1] : name.replace(/\.[^.]*$/, "").split(/[\d_-]/)[0]).trim().slice(0, 80);
}
