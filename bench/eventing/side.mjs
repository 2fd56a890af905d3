import { fork } from 'node:child_process';
import { join } from 'node:path';
import { check, checkSame } from '../support/check.mjs';

const WITHIN = 60_000;
/** The first events meet cold caches and connections that are still being made. */
const WARM_UP = 0.2;

/** Starts one process of a benchmark, see member.mjs. */
async function startMember(options) {
  const child = fork(join(import.meta.dirname, 'member.mjs'), [JSON.stringify(options)]);
  let waiting;
  const settle = (reply) => {
    if ('error' in reply) waiting.reject(new Error(`${options.side}: ${reply.error}`));
    else waiting.resolve(reply.answer);
  };
  child.on('message', settle);
  const gone = new Promise((resolve) => child.once('exit', resolve));
  void gone.then((code) => waiting?.reject(new Error(`${options.side} ended with ${code}`)));
  const next = () => new Promise((resolve, reject) => (waiting = { resolve, reject }));
  await next();
  return {
    do: (command, order = {}) => {
      const answer = next();
      child.send({ command, ...order }, (error) => error && waiting.reject(error));
      return answer;
    },
    end: () => {
      child.kill();
      return gone;
    },
  };
}

/** A producer and a consumer, each a process of its own. */
export async function startSide({ producer, consumer }) {
  const receiving = await startMember(consumer);
  const sending = await startMember(producer).catch(async (error) => {
    await receiving.end();
    throw error;
  });
  return {
    end: () => Promise.all([sending, receiving].map((member) => member.end())),
    table: () => receiving.do('ask', { question: 'table' }),
    /** Milliseconds from commit to effect of each event, in the order in which they were sent. */
    measure: async (load) => {
      const { sent, rate } = await sending.do('load', load);
      const effects = await receiving.do('effects', { count: sent.length, within: WITHIN });
      check(rate > load.rate * 0.9, `${producer.side} sent ${rate.toFixed(0)} events/s instead of ${load.rate}`);
      const at = new Map(effects.map((effect) => [effect.id, effect.at]));
      checkSame(
        [effects.length, at.size],
        [sent.length, sent.length],
        `effects of ${consumer.side}, and distinct ones`,
      );
      check(
        sent.every(({ id }) => at.has(id)),
        `${consumer.side} had an effect that nothing asked for`,
      );
      return sent.slice(sent.length * WARM_UP).map((each) => at.get(each.id) - each.at);
    },
  };
}
