// How the service section of a scenario configures the process of a pod, the same on every profile with emulated pods.

import type { ServiceLaw } from '../../model/service-time.ts';
import type { ServiceSettings } from '../../scenarios/scenario.ts';
import type { EmulatorConfig } from '../emulator/config.ts';
import { EMULATOR_DEFAULTS } from '../emulator/config.ts';

/** What is the same for all pods; name, addresses and model load are each one's own. */
export type EmulatorSettings = Omit<
  EmulatorConfig,
  'pod' | 'modelLoad' | 'timeScale' | 'host' | 'port' | 'metricsPort'
>;

export const emulatorSettings = (service: ServiceSettings, law: ServiceLaw): EmulatorSettings => ({
  ...EMULATOR_DEFAULTS,
  law,
  metricsWhileLoading: service.metricsWhileLoading,
  healthWhileLoading: service.healthWhileLoading,
  countStreamsAsRequests: service.countStreamsAsRequests,
  abandonedWork: service.abandonedWork ?? 'drop',
  // The simulator's server has no time-out of its own, and a full front keeps its queue to itself.
  serverTimeout: null,
  queueLimit: service.queueAt === 'pod' ? service.queueLimit : null,
});
