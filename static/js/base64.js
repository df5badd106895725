/** Bytes as text. */

/** @param {Uint8Array} bytes */
export function base64(bytes) {
  let text = "";
  // A call takes so many arguments and no more.
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}
