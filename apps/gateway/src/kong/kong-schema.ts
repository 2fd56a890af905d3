import { z } from 'zod';
import { plugin, spoken } from './plugin-schemas.js';

const tags = z.array(z.string()).optional();
const name = z.string().regex(/^[\w.~-]+$/);
const path = z.string().regex(/^~?\/|^~/, 'starts with "/" or, for a regular expression, with "~"');
const milliseconds = z.int().positive();

const route = z
  .strictObject({
    name,
    service: z.string().optional(),
    protocols: spoken.optional(),
    methods: z.array(z.string().regex(/^[A-Z]+$/)).optional(),
    hosts: z.array(z.string().min(1)).optional(),
    paths: z.array(path).optional(),
    strip_path: z.boolean().default(true),
    preserve_host: z.boolean().default(false),
    regex_priority: z.int().min(0).default(0),
    path_handling: z.literal('v0').default('v0'),
    request_buffering: z.boolean().default(true),
    response_buffering: z.boolean().default(true),
    plugins: z.array(plugin).nullish(),
    tags,
  })
  .refine((value) => value.paths?.length || value.hosts?.length || value.methods?.length, {
    message: 'needs at least one of paths, hosts, methods',
  });
export type KongRoute = z.infer<typeof route>;

const service = z
  .strictObject({
    name,
    url: z.url({ protocol: /^http$/ }).optional(),
    protocol: z.literal('http').default('http'),
    host: z.string().optional(),
    port: z.int().min(1).max(65_535).default(80),
    path: z.string().startsWith('/').optional(),
    connect_timeout: milliseconds.default(60_000),
    read_timeout: milliseconds.default(60_000),
    enabled: z.boolean().default(true),
    routes: z.array(route).nullish(),
    plugins: z.array(plugin).nullish(),
    tags,
  })
  .refine((value) => value.url ?? value.host, { message: 'needs url or host' });
export type KongService = z.infer<typeof service>;

const jwtSecret = z.strictObject({
  key: z.string().min(1),
  algorithm: z.literal('RS256'),
  rsa_public_key: z.string(),
  consumer: z.string().optional(),
  tags,
});
export type JwtSecret = z.infer<typeof jwtSecret>;

const consumer = z.strictObject({
  id: z.uuid().optional(),
  username: z.string().min(1),
  custom_id: z.string().optional(),
  jwt_secrets: z.array(jwtSecret).nullish(),
  tags,
});
export type KongConsumer = z.infer<typeof consumer>;

/** The part of Kong's declarative format (3.0) that the embedded gateway interprets; whatever else is refused by name. */
export const kongFile = z.strictObject({
  _format_version: z.literal('3.0'),
  _transform: z.boolean().optional(),
  services: z.array(service).nullish(),
  routes: z.array(route).nullish(),
  plugins: z.array(plugin).nullish(),
  consumers: z.array(consumer).nullish(),
  jwt_secrets: z.array(jwtSecret).nullish(),
});
export type KongFile = z.infer<typeof kongFile>;
