/** Sounds in the browser: whatever it can play, as one channel of 16,000 samples a second; and that as a WAV file. */

export const RATE = 16_000;
const HEADER = 44, FULL = 32_767;

/** Why bytes are no sound. */
export class NoSound extends Error {}

/**
 * A WAV file that ends before its header says, or that has no samples, is told apart from one that cannot be read:
 * a browser plays what there is of it.
 * @param {ArrayBuffer} bytes
 * @returns {"whole" | "empty" | "cut" | "other"}
 */
export function wavState(bytes) {
  const view = new DataView(bytes), tag = (/** @type {number} */ at) => String.fromCharCode(...new Uint8Array(bytes, at, 4));
  if (bytes.byteLength < 12 || tag(0) !== "RIFF" || tag(8) !== "WAVE") return "other";
  for (let at = 12; at + 8 <= bytes.byteLength;) {
    const size = view.getUint32(at + 4, true);
    if (tag(at) === "data") return size === 0 ? "empty" : at + 8 + size > bytes.byteLength ? "cut" : "whole";
    at += 8 + size + (size % 2);
  }
  return "cut";
}

/**
 * @param {ArrayBuffer} bytes a file, or a recording
 * @param {number} most seconds
 * @returns {Promise<Float32Array>} from -1 to 1
 */
export async function decoded(bytes, most) {
  if (!bytes.byteLength) throw new NoSound("empty");
  const state = wavState(bytes);
  if (state === "empty" || state === "cut") throw new NoSound(state);
  let heard;
  try {
    // Decoding brings it to the context's rate; only its channels are left to be made one.
    heard = await new OfflineAudioContext(1, 1, RATE).decodeAudioData(bytes.slice(0));
  } catch {
    throw new NoSound("unreadable");
  }
  if (!heard.length) throw new NoSound("empty");
  if (heard.duration > most) throw new NoSound("long");
  const mono = new Float32Array(heard.length);
  for (let c = 0; c < heard.numberOfChannels; c++) heard.getChannelData(c).forEach((v, i) => { mono[i] += v / heard.numberOfChannels; });
  return mono;
}

/** @param {Float32Array} sound @returns {Uint8Array} */
export function wavOf(sound) {
  const bytes = new Uint8Array(HEADER + 2 * sound.length), view = new DataView(bytes.buffer);
  const write = (/** @type {number} */ at, /** @type {string} */ text) => [...text].forEach((c, i) => { bytes[at + i] = c.charCodeAt(0); });
  write(0, "RIFF");
  view.setUint32(4, 36 + 2 * sound.length, true);
  write(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true); // whole numbers
  view.setUint16(22, 1, true); // one channel
  view.setUint32(24, RATE, true);
  view.setUint32(28, 2 * RATE, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  write(36, "data");
  view.setUint32(40, 2 * sound.length, true);
  sound.forEach((v, i) => view.setInt16(HEADER + 2 * i, Math.round(Math.max(-1, Math.min(1, v)) * FULL), true));
  return bytes;
}

/** @type {AudioContext | null} */
let context = null;
/** What is heard now. @type {AudioBufferSourceNode | null} */
let playing = null;

/**
 * Play it, in place of what is heard already.
 * @param {Float32Array} sound
 * @param {number} [rate] samples a second
 */
export async function play(sound, rate = RATE) {
  context ??= new AudioContext();
  await context.resume();
  stop();
  const buffer = context.createBuffer(1, sound.length, rate), source = context.createBufferSource();
  buffer.copyToChannel(new Float32Array(sound), 0);
  source.buffer = buffer;
  source.connect(context.destination);
  source.onended = () => { if (playing === source) playing = null; };
  playing = source;
  source.start();
}

export function stop() {
  playing?.stop();
  playing = null;
}

/**
 * Record for so long.
 * @param {number} seconds
 * @param {(share: number, loudness: number) => void} told how far it has come, and how loud it is now, from 0 to 1
 * @returns {Promise<Float32Array>}
 */
export async function record(seconds, told) {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  context ??= new AudioContext();
  await context.resume();
  const source = context.createMediaStreamSource(stream), meter = context.createAnalyser();
  try {
    source.connect(meter);
    const recorder = new MediaRecorder(stream), now = new Float32Array(meter.fftSize);
    /** @type {Blob[]} */
    const parts = [];
    recorder.ondataavailable = ({ data }) => parts.push(data);
    const ended = new Promise((resolve) => { recorder.onstop = resolve; });
    recorder.start();
    const begin = performance.now();
    for (let share = 0; share < 1;) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      share = (performance.now() - begin) / (1000 * seconds);
      meter.getFloatTimeDomainData(now);
      told(Math.min(1, share), Math.min(1, now.reduce((top, v) => Math.max(top, Math.abs(v)), 0)));
    }
    recorder.stop();
    await ended;
    return await decoded(await new Blob(parts).arrayBuffer(), 2 * seconds + 1);
  } finally {
    source.disconnect();
    for (const track of stream.getTracks()) track.stop();
  }
}
