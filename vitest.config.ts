import { defineConfig } from 'vitest/config';

// Three projects: `unit` lives in virtual time and runs in parallel; `live` has sockets, processes and sleeps and runs one
// file after the other, so that it measures the code and not its neighbours; `bare` does the same with the real controllers.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{model,scenarios,sim,cluster,reports,harness,bench}/**/*.test.ts'],
          exclude: ['**/*.live.test.ts'],
          testTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'live',
          include: ['{model,scenarios,sim,cluster,reports,harness,bench}/**/*.live.test.ts'],
          exclude: ['**/*.bare.live.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'bare',
          include: ['{model,scenarios,sim,cluster,reports,harness,bench}/**/*.bare.live.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
