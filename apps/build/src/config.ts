import { baseConfig } from '@berth/service-kit';
import { z } from 'zod';

const mebibyte = 1_048_576;
const positive = z.coerce.number().int().positive();
const flag = (byDefault: 'true' | 'false') =>
  z
    .enum(['true', 'false'])
    .default(byDefault)
    .transform((value) => value === 'true');

/** Undefined, which no schema takes, when it is not JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const buildConfig = baseConfig.extend({
  /** Mirrors, caches and the folders that are built in. Belongs to one process at a time. */
  DATA_FOLDER: z.string().min(1),
  /** Artifacts and uploads; shared by all replicas. */
  BLOB_FOLDER: z.string().min(1),
  ALLOW_LOCAL_SOURCES: flag('false'),
  ALLOW_PRIVATE_ADDRESSES: flag('false'),
  /** PEM file of an own authority of git hosts. */
  GIT_CA_FILE: z.string().optional(),
  BUILD_CONCURRENCY: positive.default(2),
  /** A worker that was silent for so long has lost its build; another one starts it over. */
  BUILD_LEASE_SECONDS: positive.default(10),
  BUILD_MEMORY_MIB: positive.default(2_048),
  /** Run each app's build under a user id of its own, when the service runs as root. */
  ISOLATE_BUILDS: flag('true'),
  /** Where builds find git and the toolchains. */
  TOOL_PATH: z.string().default('/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'),
  /** JSON object of variables that every build gets: mirrors, proxies, an own certificate authority. */
  BUILD_ENVIRONMENT: z
    .string()
    .default('{}')
    .transform(parseJson)
    .pipe(z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string())),
  /** Mirrors and caches that were not used for so many days are removed. */
  CACHE_DAYS: positive.default(14),
  /** An artifact that no release has goes after so many days; those of releases stay. */
  ARTIFACT_DAYS: positive.default(7),
  /** A source that was sent goes after so many days, unless a build still waits for it. */
  UPLOAD_DAYS: positive.default(7),
  /** The log of a build goes so many days after its end. */
  LOG_DAYS: positive.default(90),
  SOURCE_MAX_BYTES: positive.default(512 * mebibyte),
  SOURCE_MAX_ENTRIES: positive.default(200_000),
  SOURCE_TIMEOUT_SECONDS: positive.default(300),
  UPLOAD_MAX_BYTES: positive.default(256 * mebibyte),
  SLUG_MAX_BYTES: positive.default(2_048 * mebibyte),
  /** Of one build's log; the rest is dropped, the last lines are kept as evidence. */
  LOG_MAX_BYTES: positive.default(8 * mebibyte),
  /** Builds are ended when the disk has less than this left, because the platform lives on it too. */
  MIN_FREE_BYTES: z.coerce
    .number()
    .nonnegative()
    .default(256 * mebibyte),
});
export type BuildConfig = z.infer<typeof buildConfig>;
