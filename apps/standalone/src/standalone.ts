import { bannerOf } from './banner.js';
import type { StandaloneConfig } from './config.js';
import { DataFolder } from './folder/data-folder.js';
import { loadSecrets, saveSecrets, type Secrets } from './folder/secrets-file.js';
import { openDatabases } from './platform/databases.js';
import type { Platform } from './platform/platform.js';

/** Starts the platform and ends it at SIGINT, SIGTERM or SIGHUP. Resolves when it is up. @throws StartFailure */
export async function runStandalone(config: StandaloneConfig): Promise<void> {
  const folder = await DataFolder.open(config.folder);
  const { secrets } = await loadSecrets(folder.in('secrets.json'));
  const platform = await start(config, folder, secrets).catch(async (error: unknown) => {
    await folder.close();
    throw error;
  });
  endOnSignal(platform, folder);
  if (config.replay) console.log('Every service handles the events that the bus keeps once more.');
  const exampleUrl = await firstStart(config, folder, secrets, platform);
  const { url, limits } = platform;
  console.log(bannerOf({ url, limits, administrator: secrets.administrator, exampleUrl, folder: config.folder }));
  // From now on only its hash is known.
  if (secrets.administrator) await saveSecrets(folder.in('secrets.json'), { ...secrets, administrator: null });
}

/**
 * PostgreSQL starts while the code of the services is read: both take long, and neither needs the other. Reading keeps this
 * process from anything else, so that PostgreSQL has to be on its way before.
 */
async function start(config: StandaloneConfig, folder: DataFolder, secrets: Secrets): Promise<Platform> {
  const { working, opened } = openDatabases(folder.in('postgres'), secrets.databasePassword);
  await Promise.race([working, opened]);
  const [databases, { startPlatform }] = await Promise.all([opened, import('./platform/platform.js')]);
  return startPlatform({ config, folder, secrets, databases });
}

/** The administrator's password is kept until the first start has come to its end, so that one that was cut off is repeated. */
async function firstStart(
  config: StandaloneConfig,
  folder: DataFolder,
  secrets: Secrets,
  platform: Platform,
): Promise<string | null> {
  if (!secrets.administrator || !config.example) return null;
  const { deployExample } = await import('./example/deploy-example.js');
  return deployExample({
    url: platform.url,
    administrator: secrets.administrator,
    source: `${config.workspace}/examples/hello-node`,
    repository: folder.in('examples/hello-node'),
  });
}

function endOnSignal(platform: Platform, folder: DataFolder): void {
  let ending = false;
  const end = async (): Promise<void> => {
    if (ending) return;
    ending = true;
    console.log('Stopping ...');
    await platform.close();
    await folder.close();
    process.exit(0);
  };
  const fail = (error: unknown): void => {
    console.error(error);
    process.exit(1);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end().catch(fail));
}
