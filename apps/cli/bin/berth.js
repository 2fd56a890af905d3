#!/usr/bin/env node
// Plain JavaScript for whatever Node a person has.
import { existsSync } from 'node:fs';
import module from 'node:module';

const main = new URL('../dist/main.js', import.meta.url);
if (!existsSync(main)) {
  console.error('berth is not built yet. Run "npm run build" in its folder first.');
  process.exit(1);
}
// Node 22.1 and newer keep compiled code between starts.
module.enableCompileCache?.();
await import(main.href);
