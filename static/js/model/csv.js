/** What a pasted CSV begins with: enough to ask which of its columns is meant. The server reads it in earnest (engine/datasets/cells.py). Pure. */

/**
 * @param {string} text
 * @returns {{columns: {name: string, number: boolean}[], rows: number}} `number` where the first row under the header has one; rows are counted as lines
 */
export function headOf(text) {
  const lines = text.replace(/^\ufeff/, "").split(/\r\n?|\n/).filter((one) => one.trim());
  if (!lines.length) return { columns: [], rows: 0 };
  const separator = [",", ";", "\t"].reduce((best, one) => (lines[0].split(one).length > lines[0].split(best).length ? one : best));
  const first = cells(lines[0], separator), headed = !first.some(isNumber), under = headed && lines[1] !== undefined ? cells(lines[1], separator) : first;
  return { columns: under.map((cell, i) => ({ name: headed && first.length === under.length ? first[i] : `x${i + 1}`, number: isNumber(cell) })), rows: lines.length - (headed ? 1 : 0) };
}

/**
 * The text of a file. What is not UTF-8 is of an older program: Chinese where bytes come in pairs, else Windows-1252, as the server has it
 * (engine/datasets/reading/decoding.py).
 * @param {Blob} file
 */
export async function textOf(file) {
  const bytes = new Uint8Array(await file.arrayBuffer()), [a, b] = bytes;
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff)) return new TextDecoder(a === 0xff ? "utf-16le" : "utf-16be").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    let pairs = true;
    for (let i = 0, run = 0; i <= bytes.length; i++) {
      if (bytes[i] >= 0x80) run++;
      else {
        pairs &&= run % 2 === 0;
        run = 0;
      }
    }
    return new TextDecoder(pairs ? "gb18030" : "windows-1252").decode(bytes);
  }
}

/** @param {string} cell */
const isNumber = (cell) => cell !== "" && Number.isFinite(Number(cell));

/** @param {string} line @param {string} separator */
function cells(line, separator) {
  /** @type {string[]} */
  const found = [];
  let cell = "", quoted = false;
  for (const c of line) {
    if (c === '"') quoted = !quoted;
    else if (c === separator && !quoted) {
      found.push(cell.trim());
      cell = "";
    } else cell += c;
  }
  return [...found, cell.trim()];
}
