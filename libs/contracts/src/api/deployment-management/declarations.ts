import { z } from 'zod';
import { autoscaling, processName } from '../../common/process-type.js';
import { podPatch } from '../../common/pod-patch.js';
import { firstLabels, labelKey, MOST_LABELS } from '../../common/labels.js';
import { id, slug } from '../../common/values.js';
import { createApp, gitRef, imageReference, updateApp } from './apps.js';
import { configChanges } from './config.js';
import { createEnvironment } from './environments.js';
import { changeLinks } from './links.js';
import { allowedNetworks } from './protections.js';
import { createSchedule } from './schedules.js';
import { setSleep } from './sleep.js';
import { createVolume } from './volumes.js';
import { instanceCounts, sizeSettings, updateWorkload } from './workloads.js';

/** Those that are not named stay; where both name one, `set` wins. */
const declaredLabels = z.strictObject({
  set: firstLabels.default({}),
  unset: z.array(labelKey).max(MOST_LABELS).default([]),
});
export type DeclaredLabels = z.infer<typeof declaredLabels>;

/** The body of `PATCH /v1/links/{id}`; those that are not named stay, and where both name one, `add` wins. */
const declaredLinks = z.strictObject({ add: changeLinks.shape.add, remove: changeLinks.shape.remove });

/** Hours: the body of `PUT /v1/environments/{id}/sleep`. Or the statement that it has none. */
const declaredSleep = z
  .strictObject({ hours: setSleep.optional(), never: z.literal(true).optional() })
  .refine(({ hours, never }) => (hours === undefined) !== (never === undefined), {
    error: 'state either hours or never',
  });

/** Each is the body of `POST /v1/workloads/{id}/schedules`. */
const declaredSchedules = z.strictObject({
  set: z.record(processName, createSchedule.omit({ name: true })).default({}),
  unset: z.array(processName).max(100).default([]),
});

const ofVolume = createVolume.shape;
/** Each is the body of `POST /v1/volumes`. None is taken away by an object: what is in it would be lost. */
const declaredVolumes = z.strictObject({
  set: z
    .record(
      ofVolume.name,
      z.strictObject({
        process: ofVolume.process,
        mountPath: ofVolume.mountPath,
        sizeMib: ofVolume.sizeMib,
        storageClass: ofVolume.storageClass,
        isPerInstance: ofVolume.isPerInstance,
      }),
    )
    .default({}),
});

/** A host, and a path of it if only that is meant: `shop.example.com/api`. What it may be the platform says. */
const place = z.string().min(1).max(454);
const declaredDomains = z.strictObject({
  add: z.array(place).max(50).default([]),
  remove: z.array(place).max(50).default([]),
});

/** By process type. Each is the body of `PUT /v1/workloads/{id}/patches/{process}`. */
const declaredPatches = z.strictObject({
  set: z.record(processName, podPatch).default({}),
  unset: z.array(processName).max(50).default([]),
});

/** What an object of `berth.dev/v1alpha1` says in its `spec`. Its name is the slug of what it declares. */
export const declaredApp = z.strictObject({
  projectId: id,
  source: createApp.shape.source,
  /** What is not named is left to others. */
  build: updateApp.shape.build.default({}),
  labels: declaredLabels.optional(),
});
export type DeclaredApp = z.infer<typeof declaredApp>;

export const declaredEnvironment = z.strictObject({
  projectId: id,
  kind: createEnvironment.shape.kind,
  cluster: createEnvironment.shape.cluster,
  regions: createEnvironment.shape.regions.removeDefault().optional(),
  labels: declaredLabels.optional(),
  sleep: declaredSleep.optional(),
});
export type DeclaredEnvironment = z.infer<typeof declaredEnvironment>;

export const declaredWorkload = z.strictObject({
  projectId: id,
  /** Slugs of what it belongs to; both may be declared or made otherwise. */
  app: slug,
  environment: slug,
  trackedRef: gitRef.optional(),
  deadlines: updateWorkload.shape.deadlines,
  counts: instanceCounts.default({}),
  autoscaling: z.record(processName, autoscaling).default({}),
  sizes: sizeSettings.default({}),
  /** Plain variables and files; where both name one, `set` wins. What is secret is not declared. */
  config: z.strictObject(configChanges).optional(),
  /** Who may visit it; an empty list is everybody. Passwords are secret. */
  protection: z.strictObject({ allow: allowedNetworks }).optional(),
  /** Apps of its environment that it reaches. */
  links: declaredLinks.optional(),
  /** Tasks that run again and again, by name. */
  schedules: declaredSchedules.optional(),
  volumes: declaredVolumes.optional(),
  domains: declaredDomains.optional(),
  /** What the pods of a process type have that no setting says. */
  patches: declaredPatches.optional(),
  /** What runs: a change of it is a deployment. */
  source: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('git'), ref: gitRef }),
      z.strictObject({ kind: z.literal('image'), image: imageReference }),
    ])
    .optional(),
});
export type DeclaredWorkload = z.infer<typeof declaredWorkload>;
