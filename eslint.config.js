import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';
import { confinedList } from './tools/eslint/confined-list.mjs';
import { depth } from './tools/eslint/depth.mjs';
import { tenantQuery } from './tools/eslint/tenant-query.mjs';

const boundaries = [
  { sourceTag: 'type:contracts', onlyDependOnLibsWithTags: [] },
  { sourceTag: 'type:pure', onlyDependOnLibsWithTags: ['type:contracts'] },
  { sourceTag: 'type:kit', onlyDependOnLibsWithTags: ['type:contracts', 'type:kit'] },
  { sourceTag: 'type:service', onlyDependOnLibsWithTags: ['type:contracts', 'type:pure', 'type:kit'] },
  { sourceTag: 'type:agent', onlyDependOnLibsWithTags: ['type:contracts', 'type:kit'] },
  { sourceTag: 'type:client', onlyDependOnLibsWithTags: ['type:contracts', 'type:pure', 'type:client'] },
  {
    sourceTag: 'type:compose',
    onlyDependOnLibsWithTags: ['type:contracts', 'type:pure', 'type:kit', 'type:service', 'type:agent', 'type:client'],
  },
];

// `testing` is built on these, and their own tests use it; nothing of it is in what they ship.
const testedByTesting = ['service-kit', 'contracts', 'local-postgres'].map((name) => [
  `@berth/${name}`,
  '@berth/testing',
]);

const boundariesAllowing = (...allow) => [
  'error',
  {
    enforceBuildableLibDependency: false,
    allow,
    ignoredCircularDependencies: testedByTesting,
    depConstraints: boundaries,
  },
];

const timers = ['setTimeout', 'setInterval', 'setImmediate'].map((name) => ({
  name,
  message: 'Time comes from the injected Clock.',
}));

const shapes = [
  { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' },
  {
    selector: "MemberExpression[object.name='process'][property.name='env']",
    message: 'Configuration is parsed once, in config.ts.',
  },
];

/** Money and usage are integers or exact decimals, from the first digit to the last. */
const floats = {
  selector:
    "CallExpression[callee.name='parseFloat'], CallExpression[callee.property.name=/^(parseFloat|toNumber|toPrecision|fround)$/], CallExpression[callee.object.name='Math'][callee.property.name='round']",
  message: 'No float touches money or usage: Exact, bigint and strings.',
};

// Plain JavaScript (tools, benchmarks, members of tests) has no compiler that knows what Node defines.
const ofNode = ['AbortController', 'AbortSignal', 'Buffer', 'URL', 'URLSearchParams', 'console', 'fetch', 'performance']
  .concat(['process', 'setImmediate', 'setInterval', 'setTimeout', 'clearInterval', 'clearTimeout', 'structuredClone'])
  .map((name) => [name, 'readonly']);

/** Rules of our own. */
const berth = { rules: { 'confined-list': confinedList, depth, 'tenant-query': tenantQuery } };

// Which tables are a tenant's is another question in each service.
const tenantQueries = ['build', 'deployment-management', 'metering', 'user-management'].map((service) => {
  const level = ['error', { schema: `${import.meta.dirname}/apps/${service}/src/database/schema.sql` }];
  return {
    files: [`apps/${service}/src/**/*.ts`],
    ignores: ['**/migrations/**'],
    plugins: { berth },
    rules: { 'berth/confined-list': level, 'berth/tenant-query': level },
  };
});

export default tseslint.config(
  { ignores: ['**/dist/**', '**/node_modules/**', '**/generated/**', '**/*.js', '**/*.cjs'] },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts'],
    plugins: { '@nx': nx, berth },
    languageOptions: { parserOptions: { project: ['./tsconfig.test.json'], tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@nx/enforce-module-boundaries': boundariesAllowing(),
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': [
        'error',
        { checksVoidReturn: { arguments: false, attributes: false } },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'max-lines': ['error', { max: 400 }],
      'max-lines-per-function': ['error', { max: 80 }],
      'max-params': ['error', { max: 6 }],
      'berth/depth': ['error', 2],
      'no-else-return': ['error', { allowElseIf: false }],
      'no-restricted-globals': ['error', ...timers],
      'no-restricted-syntax': ['error', ...shapes],
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx'] }],
      eqeqeq: 'error',
    },
  },
  ...tenantQueries,
  {
    files: ['libs/billing/src/**/*.ts', 'apps/metering/src/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', ...shapes, floats] },
  },
  {
    files: ['**/*.mjs'],
    languageOptions: { globals: Object.fromEntries(ofNode) },
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'max-lines': ['error', { max: 300 }],
      'max-lines-per-function': ['error', { max: 50 }],
      'max-params': ['error', { max: 6 }],
      'max-depth': ['error', 2],
      'no-else-return': ['error', { allowElseIf: false }],
      'no-restricted-syntax': ['error', ...shapes.slice(0, 1)],
      'no-undef': 'error',
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx'] }],
      eqeqeq: 'error',
    },
  },
  {
    // Jest asks these for their default export.
    files: ['tools/**/*global-setup.mjs', 'tools/jest/global-teardown.mjs', 'tools/jest/closing-line-reporter.mjs'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    files: ['**/config.ts', '**/clock.ts', '**/main.ts'],
    rules: { 'no-restricted-syntax': 'off', 'no-restricted-globals': 'off' },
  },
  {
    files: ['**/*.spec.ts', '**/test/**/*.ts', 'libs/testing/**/*.ts', 'bench/**/*.ts', 'apps/e2e/**/*.ts'],
    rules: {
      // Tests of every project may use it, and nothing that ships does.
      '@nx/enforce-module-boundaries': boundariesAllowing('@berth/testing'),
      'max-lines-per-function': 'off',
      'no-restricted-globals': 'off',
      'no-restricted-syntax': 'off',
      'max-lines': ['error', { max: 500 }],
    },
  },
);
