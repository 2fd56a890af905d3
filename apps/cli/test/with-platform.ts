import { afterEach, beforeEach } from '@jest/globals';
import { Platform } from './platform.js';
import { Terminal } from './terminal.js';

/** New for each test behind `withPlatform()`. */
export let platform: Platform;
/** It asks that platform. */
export let terminal: Terminal;

/** Starts both before each test of the file, or of the `describe`, that says so, and ends them after it. */
export function withPlatform(): void {
  beforeEach(async () => {
    platform = await Platform.start();
    terminal = await Terminal.open(platform.url);
  });
  afterEach(async () => {
    await platform.stop();
    await terminal.close();
  });
}
