import { z } from 'zod';
import { id, instant } from '../common/values.js';

export const serviceName = z.enum(['user-management', 'deployment-management', 'build', 'metering']);
export type ServiceName = z.infer<typeof serviceName>;

/** CloudEvents 1.0 context attributes as Berth uses them; `data` is checked by the type's own definition. */
export const envelope = z.strictObject({
  specversion: z.literal('1.0'),
  id,
  source: z.string().regex(/^\/berth\/[a-z-]+$/),
  type: z.string().regex(/^berth\.[a-z-]+\.[a-z-]+\.v[0-9]+$/),
  /** Id of the aggregate that the event is about. */
  subject: z.string().min(1),
  time: instant,
  datacontenttype: z.literal('application/json'),
  /** Events of one key reach a consumer in order. */
  partitionkey: z.string().min(1),
  /** Contiguous per subject and producer, from 1. */
  aggregateversion: z.int().positive(),
  /** Of the producer's database; raised at each restore from a backup. */
  epoch: z.int().nonnegative(),
  correlationid: z.string().optional(),
  causationid: z.string().optional(),
  organizationid: id.optional(),
  data: z.unknown(),
});

export interface CloudEvent<Data = unknown> extends Omit<z.infer<typeof envelope>, 'data'> {
  readonly data: Data;
}

export interface EventDefinition<Data extends z.ZodType = z.ZodType> {
  readonly type: string;
  /** The service whose topic carries it; `every-service`: each producer's own topic does. */
  readonly producer: ServiceName | 'every-service';
  readonly data: Data;
}

export type EventOf<Definition extends EventDefinition> = CloudEvent<z.infer<Definition['data']>>;
export type DataOf<Definition extends EventDefinition> = z.infer<Definition['data']>;

/** A versioned fact in the past tense. A published version never changes; a golden sample of it is kept in `samples/`. */
export function defineEvent<Data extends z.ZodType>(definition: EventDefinition<Data>): EventDefinition<Data> {
  return Object.freeze(definition);
}

/** One topic per producing service. */
export const topicOf = (producer: ServiceName): string => `berth.${producer}`;

/** The topics that may carry events of a type. */
export const topicsOf = (definition: EventDefinition): string[] =>
  definition.producer === 'every-service' ? serviceName.options.map(topicOf) : [topicOf(definition.producer)];
