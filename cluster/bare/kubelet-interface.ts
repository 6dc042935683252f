// What the kubelets of the bare profile are started with, and whom they tell.

import type { Agent } from 'undici';
import type { ClusterConfig, PodOrdinal } from '../../sim/kubernetes/index.ts';
import type { KubeClient } from '../kube/client.ts';
import type { EmulatorSettings } from '../local/emulator-settings.ts';
import type { AddressBlock, PodDoors } from './pod-addresses.ts';

export interface KubeletSettings {
  readonly api: KubeClient;
  /** As the simulation of the scenario has it. */
  readonly cluster: ClusterConfig;
  readonly emulator: EmulatorSettings;
  readonly doors: PodDoors;
  readonly block: AddressBlock;
  readonly agent: Agent;
  /** Version that the nodes claim to be, as `v1.37.2`. */
  readonly kubeletVersion: string;
  /** Whether workloads beside the speech pods get a node of their own. */
  readonly others: boolean;
}

export interface KubeletListener {
  readonly join: (pod: PodOrdinal, origin: string) => void;
  readonly leave: (pod: PodOrdinal) => void;
  /** The world is broken: a process does not start, a write is refused. */
  readonly broken: (error: unknown) => void;
}
