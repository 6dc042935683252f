// How each program is made from its Go module, at which version: the one list of what the bare profile runs. Pure.

import type { KubernetesVersion } from '../../model/platform.ts';
import type { Program } from './component-names.ts';

export interface Recipe {
  readonly program: Program;
  /** Of the module, for instance v1.37.2. */
  readonly version: string;
  readonly module: string;
  readonly package: string;
  /** Go build tags. */
  readonly tags: readonly string[];
  /** `-X` settings of the linker: the version that the program tells of itself. */
  readonly stamps: Readonly<Record<string, string>>;
  /** What a program found elsewhere has to say of itself to be taken: `1.37`, `3.16`. */
  readonly minor: string;
  /** Share of the work of building all, for the time that is left; seconds on two cores when nothing is cached. */
  readonly coldSeconds: number;
}

export const KUBERNETES_RELEASES: Readonly<Record<KubernetesVersion, string>> = {
  '1.34': 'v1.34.4',
  '1.37': 'v1.37.2',
};
/** What it calls itself; its Go module counts differently. */
export const PROMETHEUS_RELEASE = '3.16';
export const NEWEST_KUBERNETES: KubernetesVersion = '1.37';

const stampsOf = (version: string, minor: string): Recipe['stamps'] => ({
  'k8s.io/component-base/version.gitVersion': version,
  'k8s.io/component-base/version.gitMajor': '1',
  'k8s.io/component-base/version.gitMinor': minor,
  'k8s.io/component-base/version.gitTreeState': 'clean',
  'k8s.io/component-base/version.gitCommit': 'unknown',
  'k8s.io/client-go/pkg/version.gitVersion': version,
});

type KubernetesProgram = 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler' | 'kubectl';

const kubernetes = (program: KubernetesProgram, minor: KubernetesVersion, coldSeconds: number): Recipe => {
  const version = KUBERNETES_RELEASES[minor];
  return {
    program,
    version,
    module: 'k8s.io/kubernetes',
    package: `k8s.io/kubernetes/cmd/${program}`,
    tags: [],
    stamps: stampsOf(version, minor.split('.')[1]!),
    minor,
    coldSeconds,
  };
};

const plain = (
  program: Program,
  version: string,
  module: string,
  path: string,
  minor: string,
  coldSeconds: number,
  tags: readonly string[] = [],
): Recipe => ({ program, version, module, package: module + path, tags, stamps: {}, minor, coldSeconds });

/** The whole list, in the order in which it is built: what shares most packages follows each other. */
export const recipesFor = (minor: KubernetesVersion): readonly Recipe[] => [
  kubernetes('kube-apiserver', minor, 240),
  kubernetes('kube-controller-manager', minor, 95),
  kubernetes('kube-scheduler', minor, 15),
  kubernetes('kubectl', minor, 35),
  plain('etcd', 'v3.7.0', 'go.etcd.io/etcd/server/v3', '', '3.7', 45),
  // The module version of Prometheus 3.16; without its web pages, and with Kubernetes discovery only.
  plain('prometheus', 'v0.316.0', 'github.com/prometheus/prometheus', '/cmd/prometheus', PROMETHEUS_RELEASE, 245, [
    'remove_all_sd',
    'enable_kubernetes_sd',
  ]),
  plain('adapter', 'v0.12.0', 'sigs.k8s.io/prometheus-adapter', '/cmd/adapter', '0.12', 200),
  plain('kube-state-metrics', 'v2.13.0', 'k8s.io/kube-state-metrics/v2', '', '2.13', 240),
];
