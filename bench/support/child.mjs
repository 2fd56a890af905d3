/**
 * Tells the parent what it waits for, and answers 'cpu' with the processor time of this process, in microseconds.
 * Ends in order when it is told to, so that `NODE_OPTIONS=--cpu-prof` leaves a profile.
 */
export function announce(ready) {
  process.on('message', (message) => {
    if (message !== 'cpu') return;
    const { user, system } = process.cpuUsage();
    process.send(user + system);
  });
  for (const end of ['disconnect', 'SIGTERM']) process.once(end, () => process.exit());
  process.send(ready);
}

export async function listening(server) {
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server.address().port;
}
