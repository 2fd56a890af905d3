import { bannerOf } from './banner.js';
import type { StandaloneConfig } from './config.js';
import { StartFailure } from './failure.js';
import { DataFolder } from './folder/data-folder.js';
import { loadSecrets, saveSecrets, type Secrets } from './folder/secrets-file.js';
import { openDatabases } from './platform/databases.js';
import { endAll, type Ending } from './platform/endings.js';
import type { Platform } from './platform/platform.js';

/** As a shell says it of a program that Ctrl-C ended before it had done what it was started for. */
const INTERRUPTED = 130;

/**
 * Starts the platform and ends it at SIGINT, SIGTERM or SIGHUP, also while it starts. Resolves when it is up.
 * @throws StartFailure when it cannot start; nothing is left running then
 */
export async function runStandalone(config: StandaloneConfig): Promise<void> {
  const endings: Ending[] = [];
  const interrupt = new AbortController();
  const starting = bringUp(config, endings, interrupt.signal);
  endOnSignal(interrupt, async () => {
    const isUp = await starting.then(
      () => true,
      () => false,
    );
    await endAll(endings);
    process.exit(isUp ? 0 : INTERRUPTED);
  });
  try {
    await starting;
  } catch (error) {
    if (interrupt.signal.aborted) return;
    // Why it could not start is what the person has to know; what then could not be ended is said before it.
    await endAll(endings).catch((failure: unknown) => console.error(failure));
    throw error;
  }
}

/** What is started is in `endings` before anything else is. @throws StartFailure, or the signal's reason */
async function bringUp(config: StandaloneConfig, endings: Ending[], interrupted: AbortSignal): Promise<void> {
  const folder = await DataFolder.open(config.folder);
  endings.push(() => folder.close());
  const { secrets } = await loadSecrets(folder.in('secrets.json'));
  interrupted.throwIfAborted();
  const platform = await start({ config, folder, secrets }, endings, interrupted);
  interrupted.throwIfAborted();
  if (config.replay) console.log('Every service handles the events that the bus keeps once more.');
  const exampleUrl = await firstStart({ config, folder, secrets }, platform, interrupted);
  interrupted.throwIfAborted();
  const { url, limits } = platform;
  console.log(bannerOf({ url, limits, administrator: secrets.administrator, exampleUrl, folder: config.folder }));
  // From now on only its hash is known.
  if (secrets.administrator) await saveSecrets(folder.in('secrets.json'), { ...secrets, administrator: null });
}

interface Given {
  readonly config: StandaloneConfig;
  readonly folder: DataFolder;
  readonly secrets: Secrets;
}

/**
 * PostgreSQL starts while the code of the services is read: both take long, and neither needs the other. Reading keeps this
 * process from anything else, so that PostgreSQL has to be on its way before.
 */
async function start(given: Given, endings: Ending[], interrupted: AbortSignal): Promise<Platform> {
  const { working, opened } = openDatabases(given.folder.in('postgres'), given.secrets.databasePassword);
  endings.push(async () => {
    const databases = await opened.catch(() => undefined); // what could not be opened ended by itself
    await databases?.close();
  });
  await Promise.race([working, opened]);
  const [databases, { startPlatform }] = await Promise.all([opened, import('./platform/platform.js')]);
  interrupted.throwIfAborted();
  const platform = await startPlatform({ ...given, databases });
  endings.push(() => platform.close());
  return platform;
}

/**
 * The administrator's password is kept until the first start has come to its end, so that one that was cut off is repeated.
 * An example that cannot be deployed is said to be so, and is no reason to have no platform.
 */
async function firstStart(
  { config, folder, secrets }: Given,
  platform: Platform,
  interrupted: AbortSignal,
): Promise<string | null> {
  if (!secrets.administrator || !config.example) return null;
  const { deployExample } = await import('./example/deploy-example.js');
  const options = {
    url: platform.url,
    administrator: secrets.administrator,
    source: `${config.workspace}/examples/hello-node`,
    repository: folder.in('examples/hello-node'),
  };
  return deployExample(options, interrupted).catch((error: unknown) => {
    interrupted.throwIfAborted();
    if (!(error instanceof StartFailure)) throw error;
    console.error(error.message);
    return null;
  });
}

function endOnSignal(interrupt: AbortController, end: () => Promise<void>): void {
  const fail = (error: unknown): void => {
    console.error(error);
    process.exit(1);
  };
  const stop = (): void => {
    if (interrupt.signal.aborted) return;
    interrupt.abort();
    console.log('Stopping ...');
    end().catch(fail);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
}
