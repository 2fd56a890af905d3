// One process of a benchmark: `{side, ...options}` as its argument names the file that knows what to do. It exports
// `open(options)`, which answers either `{send}`, for a producer, or `{effects, table}`, for a consumer.
import { load } from './load.mjs';

const { side, ...options } = JSON.parse(process.argv[2]);
const { open } = await import(`./${side}.mjs`);
const member = await open(options);

const commands = {
  /** Sends at the rate; answers when each event was sent. */
  load: (order) => load(member.send, order),
  /** What took effect since the last time it was asked. */
  effects: async ({ count, within }) => {
    const deadline = performance.now() + within;
    while (member.effects.length < count && performance.now() < deadline) await pause(20);
    return member.effects.splice(0);
  },
  ask: ({ question }) => member[question](),
};

process.on('message', async ({ command, ...order }) => {
  try {
    process.send({ answer: await commands[command](order) });
  } catch (error) {
    process.send({ error: String(error?.stack ?? error) });
  }
});
process.once('SIGTERM', () => process.exit());
process.send({ answer: 'ready' });

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
