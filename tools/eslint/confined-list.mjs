import { readFileSync } from 'node:fs';
import { eachStatement, listedTable, tablesOf, UNCONFINED } from './tenant-query.mjs';

/**
 * What reads many rows of a table with a policy reads them confined: its repository takes `ConfinedSql` or a transaction, so
 * that a call with the plain database does not type-check. What looks at those of all organizations says why, in the comment
 * that suppresses this rule.
 */
export const confinedList = {
  meta: {
    type: 'problem',
    schema: [{ type: 'object', properties: { schema: { type: 'string' } }, additionalProperties: false }],
    messages: {
      unconfined:
        'A list of {{table}} is read past the policies of the database. Take ConfinedSql (`database.confined`), or state who may see all of them.',
    },
  },
  create(context) {
    const tables = tablesOf(readFileSync(context.options[0].schema, 'utf8'));
    const confined = new Set([...tables].filter((table) => !UNCONFINED.has(table)));
    return eachStatement((text, call) => {
      const table = listedTable(text, confined);
      if (!table || isConfined(call.callee.object)) return;
      context.report({ node: call, messageId: 'unconfined', data: { table } });
    });
  },
};

const CONFINED = new Set(['ConfinedSql', 'Tx']);

/** Of what a statement is sent by: a transaction or confined reads, as far as this file says. */
function isConfined(sender) {
  if (sender.type === 'MemberExpression') return sender.property.name === 'confined';
  if (sender.type !== 'Identifier') return false;
  const parameter = parameterOf(sender, sender.name);
  return CONFINED.has(parameter?.typeAnnotation?.typeAnnotation?.typeName?.name);
}

/** The parameter of that name of the nearest function around. */
function parameterOf(node, name) {
  for (let at = node.parent; at; at = at.parent) {
    const found = at.params?.find((each) => each.type === 'Identifier' && each.name === name);
    if (found) return found;
  }
  return undefined;
}
