import { readFileSync } from 'node:fs';

/**
 * A statement on a tenant's table names the organization, or a key of what `Access` was asked about; what looks at those of all
 * organizations says why, in the comment that suppresses this rule. Tables are a tenant's when `schema.sql` of their service
 * gives them an `organization_id`.
 */
export const tenantQuery = {
  meta: {
    type: 'problem',
    schema: [{ type: 'object', properties: { schema: { type: 'string' } }, additionalProperties: false }],
    messages: {
      unbound:
        'A statement on {{table}} names neither organization_id nor a key: it would answer a tenant the rows of others. Name it, or state who may see all of them.',
    },
  },
  create(context) {
    const tables = tablesOf(readFileSync(context.options[0].schema, 'utf8'));
    return eachStatement((text, { arguments: [node] }) => {
      const table = unboundTable(text, tables);
      if (table) context.report({ node, messageId: 'unbound', data: { table } });
    });
  },
};

/** Visitors of a file that hand over the text of each statement in it, with the call that sends it. */
export function eachStatement(visit) {
  const texts = new Map();
  const calls = [];
  return {
    VariableDeclarator: ({ id, init }) => id.type === 'Identifier' && init && texts.set(id.name, init),
    PropertyDefinition: ({ key, value }) => key.type === 'Identifier' && value && texts.set(key.name, value),
    CallExpression: (node) => isStatement(node) && calls.push(node),
    // A text may be given its name further down than it is used.
    'Program:exit'() {
      for (const node of calls) visit(textOf(node.arguments[0], texts), node);
    },
  };
}

const METHODS = new Set(['query', 'queryOne', 'queryPrepared']);
const isStatement = ({ callee, arguments: [first] }) =>
  callee.type === 'MemberExpression' && METHODS.has(callee.property.name) && first !== undefined;

/** @returns {Set<string>} */
export function tablesOf(schema) {
  const all = [...schema.matchAll(/^create table (\w+) \(([^;]*?)^\);/gm)];
  return new Set(all.filter(([, , columns]) => /^\s+organization_id /m.test(columns)).map(([, name]) => name));
}

/**
 * Tables of a tenant that have no policy to confine a request to its organizations, and why: rights are judged by the first
 * four, which only events change, and what is remembered of them is for every request; entries of the last one are found by
 * what their JSON says, which no index is used for behind a policy, and only events add to them.
 */
export const UNCONFINED = new Set([
  ...['access_group_member', 'access_membership', 'access_organization', 'access_role'],
  'audit_trail',
]);

/** @returns {string[]} of `schema.sql` of a service: tables of a tenant that need a policy and lack a part of it */
export const unconfinedTables = (schema) =>
  [...tablesOf(schema)].filter((table) => !UNCONFINED.has(table) && !isGuarded(schema, table));

const isGuarded = (schema, table) =>
  schema.includes(`alter table ${table} enable row level security, force row level security;`) &&
  schema.includes(`create policy organization on ${table} as permissive for all using (`);

/**
 * Tables whose rows belong to a row of a tenant's, and why a request is not confined in them: what only handlers and rounds
 * touch, for many organizations at once; what may belong to a workload or to a wider scope; what is a person's own.
 */
export const UNCONFINED_PARTS = new Set([
  ...['allocation', 'declaration', 'egress_meter', 'measured_use', 'span'],
  ...['config_version', 'secret_version'],
  ...['linked_identity', 'sign_in_flow'],
]);

/** @returns {Set<string>} tables without an organization of which each row names, by a foreign key or its name, a row that has one */
export function partsOf(schema) {
  const tables = tablesOf(schema);
  const found = new Set(
    schema
      .match(/^create table \w+ \([^;]*?^\);/gm)
      .filter((text) => namesOne(text, tables))
      .map(nameOf),
  );
  const keys = [...schema.matchAll(/^alter table (\w+) add constraint \w+ FOREIGN KEY \(\w+\) REFERENCES (\w+)\(/gm)];
  const isPart = ([, part, of]) => !tables.has(part) && !found.has(part) && (tables.has(of) || found.has(of));
  for (let next = keys.find(isPart); next; next = keys.find(isPart)) found.add(next[1]);
  return found;
}

const nameOf = (text) => /^create table (\w+)/.exec(text)[1];
const namesOne = (text, tables) =>
  !tables.has(nameOf(text)) && [...text.matchAll(/^\s+(\w+)_id /gm)].some(([, name]) => tables.has(name));

/** @returns {string[]} of `schema.sql` of a service: parts that need a policy and lack one */
export const unconfinedParts = (schema) =>
  [...partsOf(schema)].filter((table) => !UNCONFINED_PARTS.has(table) && !isGuarded(schema, table));

const TABLES = /\b(?:from|join|using|update|into)\s+(?:only\s+)?(\w+)/gi;
const BY_ORGANIZATION = [
  /\borganization_id"?\s*(?:=|in\s*\(|is\s+not\s+distinct)/i,
  /(?:=|from)\s*(?:\w+\.)?organization_id\b/i,
  /\binto\s+\w+(?:\s+as\s+\w+)?\s*\([^)]*\borganization_id\b/i,
  /\(\s*organization_id\s*,[^)]*\)\s*(?:=|in)/i,
];
const GIVEN_ORGANIZATION = /\b(?:\w+\.)?organization_id\s*=\s*(?:any\s*\(\s*)?\$\d+/gi;
/** A key is compared with something that was given, not with a column of another table. */
const BY_KEY = [
  /\b(?:id|key|\w+_id|\w+_key|\w+_hash)\s*(?:=\s*(?:any\s*\(\s*)?|in\s*\(\s*|<>\s*all\s*\(\s*)\$\d/i,
  /\$\d+(?:::\w+)?\s*=\s*(?:\w+\.)?(?:id|\w+_id)\b/i,
  /\bunnest\(\$\d/i,
];

/** @returns the first table of a tenant in a statement that is bound to nothing; undefined: there is none */
export function unboundTable(sql, tables) {
  const text = sql.replaceAll(/--.*$/gm, '');
  const named = tableOf(text, tables);
  if (named === undefined || [...BY_ORGANIZATION, ...BY_KEY].some((bound) => bound.test(text))) return undefined;
  return named;
}

/** @returns the first of `tables` that a statement names */
const tableOf = (sql, tables) => [...sql.matchAll(TABLES)].map(([, name]) => name).find((name) => tables.has(name));

/**
 * @returns the first of `tables` that a statement reads many rows of, of which no check has judged each: it answers a page, or
 * is bound to an organization and to no key; undefined: it does not
 */
export function listedTable(sql, tables) {
  const text = sql.replaceAll(/--.*$/gm, '');
  const isPage = /\blimit\s+(?!\d)/i.test(text);
  const rest = text.replaceAll(GIVEN_ORGANIZATION, '');
  const isOfOrganization = rest !== text && !BY_KEY.some((bound) => bound.test(rest));
  const isRead = /^\s*(?:select|with)\b/i.test(text) && !/\bfor update\b/i.test(text);
  return isRead && (isPage || isOfOrganization) ? tableOf(text, tables) : undefined;
}

/** What a text is, as far as this file says. What it imports is passed over. */
function textOf(node, texts, depth = 12) {
  if (!node || depth === 0) return '';
  const inside = (each) => textOf(each, texts, depth - 1);
  switch (node.type) {
    case 'Literal':
      return typeof node.value === 'string' ? node.value : '';
    case 'TemplateLiteral':
      return node.quasis.map(({ value }, i) => value.cooked + inside(node.expressions[i])).join('');
    case 'BinaryExpression':
      return inside(node.left) + inside(node.right);
    case 'ConditionalExpression':
      return `${inside(node.consequent)} ${inside(node.alternate)}`;
    case 'Identifier':
      return inside(texts.get(node.name));
    case 'CallExpression':
      return inside(node.callee);
    case 'ArrowFunctionExpression':
      return inside(node.body);
    case 'TSAsExpression':
      return inside(node.expression);
    default:
      return '';
  }
}
