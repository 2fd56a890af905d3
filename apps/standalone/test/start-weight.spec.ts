import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';

/** Prints from which packages something is loaded when the platform is. */
const probe = `
  import { registerHooks } from 'node:module';
  const packages = new Set();
  registerHooks({
    load(url, context, next) {
      const name = url.match(/.*\\/node_modules\\/((?:@[^/]+\\/)?[^/]+)/)?.[1];
      if (name) packages.add(name);
      return next(url, context);
    },
  });
  await import('reflect-metadata');
  await import('./dist/platform/platform.js');
  console.log(JSON.stringify([...packages]));`;

it('a start loads nothing that only some installations or some requests need', () => {
  const run = ['--input-type=module', '--eval', probe];
  const output = execFileSync(process.execPath, run, { cwd: join(import.meta.dirname, '..'), encoding: 'utf8' });
  const loaded = JSON.parse(output.trim()) as string[];
  expect(loaded).toContain('@nestjs/core');
  expect(loaded.filter((name) => ['kafkajs', '@simplewebauthn/server', 'execa'].includes(name))).toEqual([]);
});
