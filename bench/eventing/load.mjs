import { now } from './clock.mjs';

/**
 * Calls `send(n)` at a steady rate, however long one of them takes: a slow side gets no easier load.
 * `send` resolves to `{id, at}`, when the event was handed over.
 */
export async function load(send, { rate, seconds }) {
  const total = rate * seconds;
  const sent = [];
  const begun = now();
  while (sent.length < total) {
    const due = Math.min(total, Math.floor(((now() - begun) * rate) / 1_000));
    while (sent.length < due) sent.push(send(sent.length));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const took = now() - begun;
  return { sent: await Promise.all(sent), rate: (total * 1_000) / took };
}
