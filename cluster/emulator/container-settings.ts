// What an emulated pod in a container is told, as one JSON file that all pods of a Deployment share.

import type { Distribution } from '../../model/distribution.ts';
import { sample } from '../../model/distribution.ts';
import { stream } from '../../model/rng.ts';
import type { Seconds } from '../../model/units.ts';
import { seconds } from '../../model/units.ts';
import type { EmulatorConfig } from './config.ts';
import { EMULATOR_DEFAULTS } from './config.ts';

export interface ContainerSettings {
  readonly emulator: Omit<EmulatorConfig, 'pod' | 'modelLoad' | 'timeScale' | 'host' | 'port' | 'metricsPort'>;
  readonly doors: { readonly port: number; readonly metricsPort: number | null };
  /** Seconds from the start of the container to the loaded model. */
  readonly modelLoad: Distribution;
  /** Seconds added to it: the image is on every node already. */
  readonly imagePull: Distribution;
  readonly seed: number;
}

/** Where nobody tells: the vendor's ports, a model that is there. */
export const CONTAINER_DEFAULTS: ContainerSettings = {
  emulator: EMULATOR_DEFAULTS,
  doors: { port: 2269, metricsPort: 9090 },
  modelLoad: { kind: 'fixed', value: 0 },
  imagePull: { kind: 'fixed', value: 0 },
  seed: 1,
};

/** Of one pod: a draw that its name decides, so that it can be known without asking the pod. */
export const loadSeconds = ({ modelLoad, imagePull, seed }: ContainerSettings, podName: string): Seconds =>
  seconds(
    Math.max(0, sample(modelLoad, stream(seed, 'modelLoad', podName))) +
      Math.max(0, sample(imagePull, stream(seed, 'imagePull', podName))),
  );

export const containerConfig = (settings: ContainerSettings, podName: string): EmulatorConfig => ({
  ...settings.emulator,
  pod: { name: podName, ordinal: 0 },
  modelLoad: loadSeconds(settings, podName),
  timeScale: 1,
  host: '0.0.0.0',
  ...settings.doors,
});
