/** A job of the server followed to its end. */

/**
 * @param {string} job
 * @param {{news: (news: any, fraction: number | null) => void, end: (state: "done" | "cancelled" | "failed", data: any) => void, lost: () => void}} told
 * @returns {() => void} follows it no longer
 */
export function followJob(job, { news, end, lost }) {
  const source = new EventSource(`/api/jobs/${encodeURIComponent(job)}/stream`);
  source.addEventListener("progress", ({ data }) => {
    const told = JSON.parse(data);
    news(told.news, told.fraction);
  });
  for (const state of /** @type {const} */ (["done", "cancelled", "failed"])) source.addEventListener(state, ({ data }) => {
    source.close();
    end(state, JSON.parse(data));
  });
  source.onerror = () => {
    if (source.readyState === EventSource.CLOSED) lost(); // else it comes back by itself, from where it was
  };
  return () => source.close();
}
