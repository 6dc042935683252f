import { describe, expect, it } from 'vitest';
import { recipesFor } from './recipes.ts';
import { buildArguments, wrapperModule } from './wrapper-module.ts';

const recipe = (program: string, kubernetes: '1.34' | '1.37' = '1.37') =>
  recipesFor(kubernetes).find((each) => each.program === program)!;

const KUBERNETES = `// This is a generated file.
module k8s.io/kubernetes

go 1.26.0

godebug default=go1.26

require (
\tgithub.com/blang/semver/v4 v4.0.0
\tk8s.io/api v0.0.0
)

replace (
\tk8s.io/api => ./staging/src/k8s.io/api
\tk8s.io/client-go => ./staging/src/k8s.io/client-go
)
`;

const ADAPTER = `module sigs.k8s.io/prometheus-adapter

go 1.22.1

toolchain go1.22.2

require k8s.io/api v0.30.0

replace go.etcd.io/etcd/api/v3 => ../api
`;

describe('the wrapper module', () => {
  it('replaces staging folders by the modules they are published as', () =>
    expect(wrapperModule(recipe('kube-apiserver'), KUBERNETES)).toBe(`module surgelab.dev/bare/wrapper

go 1.26.0
godebug default=go1.26

require k8s.io/kubernetes v1.37.2

replace (
\tk8s.io/api => k8s.io/api v0.37.2
\tk8s.io/client-go => k8s.io/client-go v0.37.2
)
`));

  it('takes the staging version of the release that is built', () =>
    expect(wrapperModule(recipe('kube-scheduler', '1.34'), KUBERNETES)).toContain('k8s.io/api => k8s.io/api v0.34.4'));

  it('keeps the go line, which decides the defaults of the runtime, and no other replacement', () =>
    expect(wrapperModule(recipe('adapter'), ADAPTER)).toBe(`module surgelab.dev/bare/wrapper

go 1.22.1

require sigs.k8s.io/prometheus-adapter v0.12.0
`));

  it('builds with the version that the program tells of itself', () =>
    expect(buildArguments(recipe('kubectl', '1.34'), '/out/kubectl')).toEqual([
      'build',
      '-trimpath',
      '-buildvcs=false',
      '-tags=',
      '-ldflags=-s -w' +
        ' -X k8s.io/component-base/version.gitVersion=v1.34.4' +
        ' -X k8s.io/component-base/version.gitMajor=1' +
        ' -X k8s.io/component-base/version.gitMinor=34' +
        ' -X k8s.io/component-base/version.gitTreeState=clean' +
        ' -X k8s.io/component-base/version.gitCommit=unknown' +
        ' -X k8s.io/client-go/pkg/version.gitVersion=v1.34.4',
      '-o=/out/kubectl',
      'k8s.io/kubernetes/cmd/kubectl',
    ]));

  it('builds Prometheus with Kubernetes discovery only', () =>
    expect(buildArguments(recipe('prometheus'), 'x')[3]).toBe('-tags=remove_all_sd,enable_kubernetes_sd'));
});
