// ESLint's rules for all JavaScript of the repository; `make lint` runs it at the root.

import js from '@eslint/js';
import globals from 'globals';

const BROWSER_FILES = ['site/assets/**'];
const NODE_FILES = ['site/edge/folder.js', 'tests/**'];
const WORKER_FILES = ['site/edge/{assets,bucket,fetch}.js'];

// Everything else runs in nginx too. Debian 12 ships njs 0.7, which lacks these; see
// https://nginx.org/en/docs/njs/compatibility.html.
const NOT_IN_NJS = {
  ObjectPattern: 'destructuring',
  ArrayPattern: 'destructuring',
  AssignmentPattern: 'default parameters',
  SpreadElement: 'spread',
  ForOfStatement: 'for-of',
  ':matches(ClassDeclaration, ClassExpression)': 'classes',
  ':function[generator=true]': 'generators',
  ':matches(ImportSpecifier, ImportNamespaceSpecifier)': 'named imports',
  ':matches(ExportNamedDeclaration, ExportAllDeclaration)': 'named exports',
};
const GLOBALS_OF_NJS = [
  'Array',
  'Boolean',
  'Date',
  'Error',
  'JSON',
  'Math',
  'Number',
  'Object',
  'RegExp',
  'String',
  'decodeURIComponent',
  'encodeURIComponent',
  'parseInt',
  'undefined',
];

export default [
  js.configs.recommended,
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      curly: ['error', 'multi-line'],
      eqeqeq: 'error',
      'no-control-regex': 'off', // control characters are looked for on purpose
      'no-shadow': 'error',
      'no-unused-vars': ['error', { caughtErrorsIgnorePattern: '^_$' }],
      'no-use-before-define': ['error', { functions: false }],
      'no-var': 'error',
      'prefer-const': 'error',
    },
  },
  { files: BROWSER_FILES, languageOptions: { globals: globals.browser } },
  { files: NODE_FILES, languageOptions: { globals: globals.node } },
  { files: WORKER_FILES, languageOptions: { globals: globals.worker } },
  {
    ignores: [...BROWSER_FILES, ...NODE_FILES, ...WORKER_FILES],
    languageOptions: {
      // No optional chaining, no `??`, no `async`, no comma after a call's last argument.
      ecmaVersion: 2015,
      globals: Object.fromEntries(
        Object.keys(globals.es2015).map((name) => [name, GLOBALS_OF_NJS.includes(name) ? 'readonly' : 'off'])
      ),
    },
    rules: {
      'no-restricted-syntax': [
        'error',
        ...Object.entries(NOT_IN_NJS).map(([selector, name]) => ({
          selector,
          message: `njs 0.7 has no ${name}.`,
        })),
      ],
    },
  },
];
