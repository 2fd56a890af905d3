import { z } from 'zod';
import { storable } from './values.js';

/** In which variable every process finds the folder of its files, on every runtime; not there where it has none. */
export const FILES_VARIABLE = 'BERTH_FILES';

/** What one scope may hold, and so each file: four scopes fit into one Secret of Kubernetes, which holds 1 MiB. */
export const MOST_BYTES = 240 * 1024;
const FILE_MARK = './';

/** Whether a name in a config is that of a file; those of variables have no dot. */
export const isFileName = (name: string): boolean => name.startsWith(FILE_MARK);

/** Where it lies in the folder of files. */
export const filePathOf = (name: string): string => name.slice(FILE_MARK.length);

const VARIABLE = '[A-Za-z_][A-Za-z0-9_]{0,127}';
const FILE = '\\.(/(?!\\.\\.|\\.(/|$))[A-Za-z0-9._@+-]{1,100})+';
const complaints = {
  variable: 'must be letters, digits and underscores, not starting with a digit',
  file: 'must be "./" and a path below the folder of files, no part of which is "." or begins with ".."',
} as const;
const isFree = (name: string): boolean => name !== 'PORT' && !name.startsWith('BERTH_');
const ours = { error: 'belongs to the platform' };

/** POSIX name; `PORT` and the `BERTH_` prefix belong to the platform. */
export const variableName = z
  .string()
  .regex(new RegExp(`^${VARIABLE}$`), { error: complaints.variable })
  .refine(isFree, ours);

export const variableValue = z
  .string()
  .max(65_536)
  .refine(storable, { error: 'must not hold a NUL character or half a surrogate pair' });

/**
 * The name of a variable; or of a file, which is `./` and its path. A path can be written in one way only, and no part begins
 * with two dots: those names are the runtime's own.
 */
export const configName = z
  .string()
  .max(200)
  .regex(new RegExp(`^(${VARIABLE}|${FILE})$`), {
    error: ({ input }) => (/[./]/.test(String(input)) ? complaints.file : complaints.variable),
  })
  .refine(isFree, ours);

/** Bytes in base64 (RFC 4648, section 4), with padding. */
export const fileContent = z.base64().max((MOST_BYTES / 3) * 4);

const record = z.record(configName, z.string(), {
  error: (issue) => (issue.code === 'invalid_key' ? issue.issues[0]?.message : undefined),
});

/** A variable's value as it is; a file's bytes in base64. */
export const configValues = record.superRefine((values, context) => {
  for (const [name, value] of Object.entries(values)) {
    const { error } = (isFileName(name) ? fileContent : variableValue).safeParse(value);
    for (const { message } of error?.issues ?? []) context.addIssue({ code: 'custom', path: [name], message });
  }
});

/** Whether of two files one would have to be a folder for the other. */
export const areInTheWay = (one: string, other: string): boolean =>
  isFileName(one) && isFileName(other) && (one.startsWith(`${other}/`) || other.startsWith(`${one}/`));

/** Of what is in base64, with padding. */
export const bytesIn = (content: string): number =>
  (content.length / 4) * 3 - (content.endsWith('==') ? 2 : content.endsWith('=') ? 1 : 0);
