// Which Kubernetes resource a label stands for, and the way back (pkg/naming/resource_converter.go). A rule names labels
// one by one (overrides), by a template such as <<.Resource>>, or both.

import { RegexpError, anchoredRegexp } from '../prometheus/promql/regexp.ts';
import type { TemplateValue } from './go-template.ts';
import { TemplateError, parseTemplate } from './go-template.ts';

/** A kind that the API server knows. */
export interface ResourceKind {
  readonly group: string;
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
}

const kind = (name: string, group = '', plural = `${name.toLowerCase()}s`): ResourceKind => ({
  group,
  plural,
  singular: name.toLowerCase(),
  kind: name,
});

/** The kinds whose names turn up as labels. A label `job` is taken for jobs.batch where a template maps it. */
export const CLUSTER_KINDS: readonly ResourceKind[] = [
  kind('Pod'),
  kind('Namespace'),
  kind('Node'),
  kind('Service'),
  kind('PersistentVolume'),
  kind('PersistentVolumeClaim'),
  kind('ConfigMap'),
  kind('Secret'),
  kind('ServiceAccount'),
  kind('Endpoints', '', 'endpoints'),
  kind('Deployment', 'apps'),
  kind('ReplicaSet', 'apps'),
  kind('StatefulSet', 'apps'),
  kind('DaemonSet', 'apps'),
  kind('Job', 'batch'),
  kind('CronJob', 'batch'),
  kind('Ingress', 'networking.k8s.io', 'ingresses'),
];

/** `deployments.apps`, as error messages and the resource list print it. */
export const resourceName = (of: ResourceKind): string => (of.group === '' ? of.plural : `${of.plural}.${of.group}`);

/** A kind by plural or singular name, with its group if the name says one (`deployments.apps`); null if unknown. */
export const findKind = (kinds: readonly ResourceKind[], name: string, group = ''): ResourceKind | null => {
  const dot = name.indexOf('.');
  const resource = dot < 0 ? name : name.slice(0, dot);
  const wanted = dot < 0 ? group : name.slice(dot + 1);
  const fits = (of: ResourceKind) => of.plural === resource || of.singular === resource;
  return kinds.find((of) => fits(of) && (wanted === '' || of.group === wanted)) ?? null;
};

export interface ResourceConfig {
  readonly template?: string;
  readonly overrides?: Readonly<Record<string, { readonly group?: string; readonly resource?: string }>>;
  readonly namespaced?: boolean;
}

/** A rule that the adapter refuses at start; the message is the adapter's. */
export class RuleError extends Error {}

const sanitizeGroup = (group: string): string => group.replace(/[.-]/g, '_');

const TYPE = 'schema.GroupResource';

const NO_LABEL_FORM = 'no generic resource label form specified for this metric';

export class ResourceConverter {
  readonly #kinds: readonly ResourceKind[];
  readonly #byLabel = new Map<string, ResourceKind>();
  readonly #byResource = new Map<string, string>();
  readonly #labelOf: ((kind: ResourceKind) => string) | null = null;
  readonly #extract: ((label: string) => { resource: string; group: string } | null) | null = null;

  /** Throws RuleError for a template that does not parse or has no .Resource, and for kinds that do not exist. */
  constructor(config: ResourceConfig, kinds: readonly ResourceKind[]) {
    this.#kinds = kinds;
    if (config.template !== undefined && config.template !== '') {
      const { labelOf, extract } = labelForm(config.template);
      this.#labelOf = labelOf;
      this.#extract = extract;
    }
    for (const [label, { group = '', resource = '' }] of Object.entries(config.overrides ?? {})) {
      const found = findKind(kinds, resource, group);
      if (found === null) {
        throw new RuleError(
          `unable to normalize group-resource {${group} ${resource}}: no matches for ${group}/, Resource=${resource}`,
        );
      }
      this.#byLabel.set(label, found);
      this.#byResource.set(resourceName(found), label);
    }
  }

  /** The label that carries a resource's name, or why there is none. */
  labelFor(of: ResourceKind): { readonly label: string } | { readonly error: string } {
    const known = this.#byResource.get(resourceName(of));
    if (known !== undefined) return { label: known };
    if (this.#labelOf === null)
      return { error: `unable to convert resource ${resourceName(of)} into label: ${NO_LABEL_FORM}` };
    return { label: this.#labelOf(of) };
  }

  /**
   * The resources that a series' labels stand for; values do not matter. `namespaced` is set by any label that is not a
   * namespace, node or persistent volume, mapped or not (golden adapter README).
   */
  resourcesOf(labelNames: readonly string[]): {
    readonly kinds: readonly ResourceKind[];
    readonly namespaced: boolean;
  } {
    const kinds = new Map<string, ResourceKind>();
    let namespaced = false;
    for (const label of labelNames) {
      const found = this.#byLabel.get(label) ?? this.#extracted(label);
      // A label of the template's form that names no kind is passed over without a trace.
      if (found === 'unknown') continue;
      if (found !== null) kinds.set(resourceName(found), found);
      if (found === null || isNamespacedKind(found)) namespaced = true;
    }
    return { kinds: [...kinds.values()], namespaced };
  }

  #extracted(label: string): ResourceKind | 'unknown' | null {
    const parts = this.#extract?.(label) ?? null;
    return parts === null ? null : (findKind(this.#kinds, parts.resource, parts.group) ?? 'unknown');
  }
}

const CLUSTER_SCOPED = new Set(['namespaces', 'nodes', 'persistentvolumes']);

/** False for the kinds whose metrics the adapter lists outside namespaces. */
export const isNamespacedKind = (of: ResourceKind): boolean => !CLUSTER_SCOPED.has(resourceName(of));

interface LabelForm {
  readonly labelOf: (kind: ResourceKind) => string;
  readonly extract: (label: string) => { resource: string; group: string } | null;
}

const labelForm = (source: string): LabelForm => {
  const fail = (problem: string): never => {
    throw new RuleError(problem);
  };
  try {
    const template = parseTemplate('resource-label', source);
    const data = (group: string, resource: string): Record<string, TemplateValue> => ({
      Group: group,
      Resource: resource,
    });
    return {
      labelOf: (of) => template.execute(data(sanitizeGroup(of.group), of.singular), TYPE),
      extract: labelExtractor(source, (group, resource) => template.execute(data(group, resource), TYPE)),
    };
  } catch (error) {
    if (error instanceof RuleError) throw error;
    return fail(`unable to parse label template ${JSON.stringify(source)}: ${(error as Error).message}`);
  }
};

const labelExtractor = (
  source: string,
  execute: (group: string, resource: string) => string,
): ((label: string) => { resource: string; group: string } | null) => {
  const fail = (problem: string): never => {
    throw new RuleError(`unable to generate label format from template ${JSON.stringify(source)}: ${problem}`);
  };
  let pattern = '';
  try {
    pattern = execute('(?P<group>.+?)', '(?P<resource>.+?)');
  } catch (error) {
    if (error instanceof TemplateError) fail(`unable to convert label template to matcher: ${error.message}`);
    throw error;
  }
  if (pattern === '') fail('unable to convert label template to matcher: empty template');
  if (!pattern.includes('(?P<resource>')) fail('must include at least `{{.Resource}}` in the label template');
  try {
    const { regexp } = anchoredRegexp(pattern, false);
    const names = anchoredRegexp(pattern, false).groupNames;
    return (label) => {
      const match = regexp.exec(label);
      if (match === null) return null;
      const group = names.indexOf('group');
      return { resource: match[names.indexOf('resource')] ?? '', group: group < 0 ? '' : (match[group] ?? '') };
    };
  } catch (error) {
    if (error instanceof RegexpError) fail(`unable to convert label template to matcher: ${error.message}`);
    throw error;
  }
};
