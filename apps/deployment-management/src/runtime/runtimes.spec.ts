import { expect, it } from '@jest/globals';
import type { Runtime } from './runtime.js';
import { RuntimeUnavailable } from './runtime.js';
import { Runtimes } from './runtimes.js';

const pointer = (id: string) => ({ id, runtimeVersion: 1 });

it('lets go of every runtime when the platform ends, and makes none after that', async () => {
  const open = new Set<string>();
  const runtimeOf = (id: string) => (open.add(id), { close: () => Promise.resolve(open.delete(id)) });
  const rows = { find: (_: unknown, id: string) => Promise.resolve({ id }), pointers: () => Promise.resolve([]) };
  const others = { make: ({ id }: { id: string }) => Promise.resolve(runtimeOf(id)) };
  const own = runtimeOf('own') as unknown as Runtime;
  const runtimes = new Runtimes(own, {} as never, rows as never, {} as never, others as never);
  await runtimes.at(pointer('berlin'));
  const making = runtimes.at(pointer('oslo'));
  await runtimes.onModuleDestroy();
  await making;
  expect(open).toEqual(new Set());
  await expect(runtimes.at(pointer('berlin'))).rejects.toBeInstanceOf(RuntimeUnavailable);
  await expect(runtimes.at(pointer('paris'))).rejects.toBeInstanceOf(RuntimeUnavailable);
  expect(open).toEqual(new Set());
});
