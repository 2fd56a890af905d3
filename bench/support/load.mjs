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
