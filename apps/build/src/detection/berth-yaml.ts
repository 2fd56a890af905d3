import { processName } from '@berth/contracts/common';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { detectFailed } from './detect-failed.js';

const command = z
  .string()
  .min(1)
  .max(4_000)
  .refine((text) => !/\p{Cc}/u.test(text.replaceAll(/[\n\t]/g, ' ')), { error: 'holds control characters' });

/** A folder inside the app: relative, without `..`. */
const innerFolder = z
  .string()
  .max(500)
  .refine((path) => isInnerPath(path), { error: 'must be a relative path inside the app, without ".."' });

/** What a source may say about itself in `berth.yaml`. What it does not say is detected. */
export const berthYaml = z.strictObject({
  /** `null` switches a detected step off. */
  build: z.strictObject({ install: command.nullable().optional(), command: command.nullable().optional() }).optional(),
  processes: z.record(processName, command).optional(),
  environment: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,99}$/), z.string().max(10_000)).optional(),
  /** `singlePage`: the page shows by itself what no file is for. */
  static: z.strictObject({ folder: innerFolder, singlePage: z.boolean().optional() }).optional(),
});
export type BerthYaml = z.infer<typeof berthYaml>;

export const isInnerPath = (path: string): boolean =>
  !path.startsWith('/') && !path.split('/').includes('..') && !/[\p{Cc}\\]/u.test(path);

/** @throws BuildFailure detect_failed, with a JSON pointer (RFC 6901) to each wrong field */
export function parseBerthYaml(text: string): BerthYaml {
  const document = parseDocument(text, { schema: 'core', uniqueKeys: true });
  const problems = document.errors.map(({ message }) => message.split('\n')[0] ?? '');
  if (problems.length > 0) throw refused(problems);
  const parsed = berthYaml.safeParse(plain(document));
  if (parsed.success) return parsed.data;
  throw refused(parsed.error.issues.map(({ path, message }) => `${pointer(path)}: ${message}`));
}

/** Aliases are counted: a few nested ones unfold to gigabytes. */
function plain(document: ReturnType<typeof parseDocument>): unknown {
  try {
    return document.toJS({ maxAliasCount: 20 }) ?? {};
  } catch (error) {
    throw refused([(error as Error).message]);
  }
}

const pointer = (path: readonly PropertyKey[]): string =>
  `/${path.map((part) => String(part).replaceAll('~', '~0').replaceAll('/', '~1')).join('/')}`;

const refused = (problems: readonly string[]) =>
  detectFailed(
    `berth.yaml is not valid: ${problems[0]?.slice(0, 300)}`,
    'Correct berth.yaml; its fields are build.install, build.command, processes, environment, static.folder and static.singlePage.',
    problems.slice(0, 20),
  );
