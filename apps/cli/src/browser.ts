import { spawn } from 'node:child_process';
import { platform } from 'node:os';

/** Opens a page, if this machine has something to open it with. */
export function openBrowser(url: string): void {
  const opener = platform() === 'darwin' ? 'open' : 'xdg-open';
  const browser = spawn(opener, [url], { stdio: 'ignore', detached: true });
  // A machine without a browser: the URL is printed anyway.
  browser.once('error', () => undefined);
  browser.unref();
}
