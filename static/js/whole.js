/** Words that a page loads when they are first wanted: whoever is about to say them waits here until they have come. */

/** @type {() => Promise<unknown>} */
let bring = async () => {};

/** @param {() => Promise<unknown>} how given by words.js, which says what is there */
export const bringsWords = (how) => { bring = how; };

export const allWords = () => bring();
