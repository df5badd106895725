/** Bytes as text. */

/** @param {Uint8Array} bytes */
export function base64(bytes) {
  let text = "";
  // A call takes so many arguments and no more.
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}

/** The same for an address: without what means something there. @param {Uint8Array} bytes */
export const urlBase64 = (bytes) => base64(bytes).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

/** The bytes that a text of either kind stands for. Throws where it is none. @param {string} text */
export const bytesOf = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
