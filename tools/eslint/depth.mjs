const BRANCHES = `:matches(${[
  'IfStatement',
  'SwitchStatement',
  'ForStatement',
  'ForInStatement',
  'ForOfStatement',
  'WhileStatement',
  'DoWhileStatement',
].join()})`;
const FUNCTIONS = ':matches(FunctionDeclaration, FunctionExpression, ArrowFunctionExpression, StaticBlock)';

/**
 * Conditions and loops may stand in each other two deep. Unlike ESLint's `max-depth` a `try` is no level: it says who answers
 * for failures and decides nothing. `else if` stands beside its `if`.
 */
export const depth = {
  meta: {
    type: 'suggestion',
    schema: [{ type: 'integer', minimum: 1 }],
    messages: { deep: 'Conditions and loops are nested {{depth}} deep, {{most}} at most: give what is inside a name.' },
  },
  create(context) {
    const [most] = context.options;
    const depths = [0];
    const by = (step) => (depths[depths.length - 1] += step);
    const enter = (node) => {
      if (isElseIf(node)) return;
      const now = by(1);
      if (now > most) context.report({ node, messageId: 'deep', data: { depth: now, most } });
    };
    const leave = (node) => isElseIf(node) || by(-1);
    return {
      [FUNCTIONS]: () => depths.push(0),
      [`${FUNCTIONS}:exit`]: () => depths.pop(),
      [BRANCHES]: enter,
      [`${BRANCHES}:exit`]: leave,
    };
  },
};

const isElseIf = (node) =>
  node.type === 'IfStatement' && node.parent.type === 'IfStatement' && node.parent.alternate === node;
