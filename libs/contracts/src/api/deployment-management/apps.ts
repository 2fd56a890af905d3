import { z } from 'zod';
import { firstLabels } from '../../common/labels.js';
import { pageOf, pageQuery } from '../../common/page.js';
import { id, instant, slug, storable } from '../../common/values.js';

/** No control characters, no leading hyphen: what git would read as an option. */
const gitUrl = z
  .string()
  .min(1)
  .max(2_000)
  .regex(/^[^-\s\p{Cc}\p{Cs}][^\s\p{Cc}\p{Cs}]*$/u, { error: 'must be a Git URL' });
export const gitRef = z
  .string()
  .min(1)
  .max(250)
  .regex(/^[A-Za-z0-9_][A-Za-z0-9_./+-]*$/, { error: 'must be a branch, a tag or a commit' })
  .refine((ref) => !ref.includes('..') && !ref.endsWith('.lock') && !ref.endsWith('/'), {
    error: 'must be a branch, a tag or a commit',
  });

/** `[host[:port]/]path[:tag][@digest]`, as registries name images. (OCI distribution specification, "Pulling manifests") */
export const imageReference = z
  .string()
  .max(500)
  .regex(
    /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?(?::[0-9]{1,5})?\/)?[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/,
    { error: 'must be the name of an image: registry/repository:tag or registry/repository@sha256:...' },
  )
  .refine((image) => !image.includes('/') || URL.canParse(`https://${image.split('/', 1)[0]}`), {
    error: 'must name a host that there can be, and a port up to 65535',
  });

export const appSource = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('git'), url: gitUrl, branch: gitRef.default('main') }),
  /** Source comes with each deployment, from `POST /v1/uploads`. */
  z.strictObject({ kind: z.literal('upload') }),
  /** Built elsewhere: what a deployment runs that names no other image. */
  z.strictObject({ kind: z.literal('image'), image: imageReference }),
]);
export type AppSource = z.infer<typeof appSource>;

/** Relative, inside the repository. */
const folder = z
  .string()
  .max(500)
  .regex(/^(?!\/)(?!.*(^|\/)\.\.(\/|$))[^\p{Cc}\p{Cs}]*$/u, { error: 'must be a folder inside the repository' });

const command = z
  .string()
  .min(1)
  .max(4_000)
  .refine(storable, { error: 'must not hold a NUL character or half a surrogate pair' });

export const appBuild = z.strictObject({
  rootFolder: folder.default(''),
  installCommand: command.nullable().default(null),
  buildCommand: command.nullable().default(null),
});
export type AppBuild = z.infer<typeof appBuild>;

export const createApp = z
  .strictObject({
    projectId: id,
    slug,
    source: appSource,
    build: appBuild.default({ rootFolder: '', installCommand: null, buildCommand: null }),
    labels: firstLabels.optional(),
  })
  .meta({ id: 'CreateApp' });
export type CreateApp = z.infer<typeof createApp>;

/** A field that is not named stays as it is: zod would fill in the defaults of `appBuild.partial()`. */
const appBuildPatch = z.strictObject({
  rootFolder: folder.optional(),
  installCommand: command.nullable().optional(),
  buildCommand: command.nullable().optional(),
});

export const updateApp = z
  .strictObject({ source: appSource.optional(), build: appBuildPatch.optional() })
  .meta({ id: 'UpdateApp' });
export type UpdateApp = z.infer<typeof updateApp>;

export const app = z
  .object({
    id,
    projectId: id,
    organizationId: id,
    slug,
    source: appSource,
    build: appBuild,
    generation: z.int(),
    createdAt: instant,
  })
  .meta({ id: 'App' });
export type App = z.infer<typeof app>;

export const appQuery = pageQuery.extend({ project: id, slug: slug.optional() });
export type AppQuery = z.infer<typeof appQuery>;
export const appPage = pageOf(app).meta({ id: 'AppPage' });
