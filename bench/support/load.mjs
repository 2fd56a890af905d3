/** Does `work(number)` `count` times, `atOnce` of them at a time; answers how long each took, in milliseconds. */
export async function timesOf(count, atOnce, work) {
  const times = [];
  let next = 0;
  const worker = async () => {
    while (next < count) {
      const number = next++;
      const begun = performance.now();
      await work(number);
      times.push(performance.now() - begun);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return times;
}

/**
 * Begins `work(number)` so many times a second, whatever it takes: under the same load, two servers wait and wake alike.
 * Answers how long each took, in milliseconds, counted from the moment at which it should have begun.
 */
export async function pacedTimesOf(count, perSecond, work) {
  const begun = performance.now();
  const running = [];
  while (running.length < count) {
    const due = Math.min(count, Math.floor(((performance.now() - begun) / 1_000) * perSecond) + 1);
    while (running.length < due) {
      const one = timed(begun + (running.length / perSecond) * 1_000, work(running.length));
      one.catch(() => {}); // It is thrown by the last line; until then it must not end the process.
      running.push(one);
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return Promise.all(running);
}

async function timed(since, working) {
  await working;
  return performance.now() - since;
}
