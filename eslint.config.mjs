import tseslint from 'typescript-eslint';

const CLOCK = 'take a Clock: this folder reads no clock that it was not handed (house rule 4)';
const CHANCE = 'take an Rng: this folder draws nothing that it was not handed (house rule 4)';
const bans = [
  { selector: "MemberExpression[object.name='Math'][property.name='random']", message: CHANCE },
  { selector: "MemberExpression[object.name='Date'][property.name='now']", message: CLOCK },
  { selector: "MemberExpression[object.name='performance'][property.name='now']", message: CLOCK },
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: CLOCK },
];

export default tseslint.config(
  { ignores: ['node_modules', '.cache', 'runs', 'bench-out', '**/*.mjs'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // noUncheckedIndexedAccess makes `!` the only way to read a typed array in a loop whose bound is its length.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  // What k6 runs has k6's globals, not Node's.
  { files: ['harness/k6/script*.ts'], languageOptions: { parserOptions: { project: './harness/k6/tsconfig.json' } } },
  { files: ['{model,scenarios,sim,reports}/**/*.ts'], rules: { 'no-restricted-syntax': ['error', ...bans] } },
  {
    files: ['**/*.test.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
    },
  },
);
