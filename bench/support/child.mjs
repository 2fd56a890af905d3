/**
 * Tells the parent what it waits for, and answers what it asks for: `cpu`, the processor time of this process in
 * microseconds, `usage`, the same in user mode and in the kernel, and what `services` names (functions of one argument).
 * Ends in order when it is told to, so that `NODE_OPTIONS=--cpu-prof` leaves a profile.
 */
export function announce(ready, services = {}) {
  const all = { cpu, usage: () => process.cpuUsage(), ...services };
  process.on('message', async ({ service, argument }) => process.send(await all[service](argument)));
  for (const end of ['disconnect', 'SIGTERM']) process.once(end, () => process.exit());
  process.send(ready);
}

function cpu() {
  const { user, system } = process.cpuUsage();
  return user + system;
}

export async function listening(server) {
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server.address().port;
}
