// How a kubeconfig's user reaches its API server: headers for each request (tokens expire) and the connections, made
// once. Reading kubeconfigs, login plugins and proxies are the kept client's business; it is imported when the first
// access is made, because that costs most of a second and 90 MB. Its own way of sending makes a connection per request.

import { createHash } from 'node:crypto';
import type { Cluster, KubeConfig } from '@kubernetes/client-node';
import type { Dispatcher } from 'undici';
import { Agent } from 'undici';
import { TestbedError } from '../../model/errors.ts';
import { suggestion } from '../../model/nearest.ts';

export interface Authorized {
  readonly headers: Readonly<Record<string, string>>;
  readonly dispatcher: Dispatcher;
}

export interface KubeAccess {
  readonly server: string;
  /** Before each request. */
  readonly authorize: () => Promise<Authorized>;
  readonly close: () => Promise<void>;
}

const CONNECTIONS = { allowH2: false, keepAliveTimeout: 60_000, bodyTimeout: 0 } as const;

const importClient = () =>
  import('@kubernetes/client-node').catch((cause: unknown) => {
    throw new TestbedError('TOOL_MISSING', 'the Kubernetes client is not installed', { hint: 'npm ci', cause });
  });

/** The context that the client makes up, of http://localhost:8080, where it finds nothing at all. */
const MADE_UP = 'loaded-context';

/** Where kubectl would look. Throws INPUT_MISSING if nothing is there. */
const loadDefault = (config: KubeConfig): void => {
  config.loadFromDefault();
  if (config.getCurrentContext() === MADE_UP)
    throw new TestbedError(
      'INPUT_MISSING',
      'no kubeconfig: KUBECONFIG is not set, there is no ~/.kube/config, and this is no pod with a service account',
      {
        hint: 'export KUBECONFIG=FILE, or give --kubeconfig FILE',
      },
    );
};

const firstLine = (error: unknown): string => (error instanceof Error ? error.message : String(error)).split('\n')[0]!;

/** The cluster of `context`, or of the current one. `name` is how errors call the kubeconfig. */
const chooseCluster = (config: KubeConfig, name: string, context: string | null): Cluster => {
  const contexts = config.getContexts().map((each) => each.name);
  const missing = (message: string, hint: string): TestbedError =>
    new TestbedError('INPUT_MISSING', `${name} ${message}`, { hint });
  if (contexts.length === 0) throw missing('has no contexts', 'give the path of a kubeconfig that kubectl can use');
  if (context !== null && !contexts.includes(context))
    throw new TestbedError('USAGE', `${name} has no context ${context}${suggestion(context, contexts)}`, {
      hint: 'kubectl config get-contexts',
    });
  if (context !== null) config.setCurrentContext(context);
  const current = (config.getCurrentContext() as string | undefined) ?? '';
  const choose = 'kubectl config use-context NAME, or --context NAME';
  if (current === '') throw missing(`has no current context (known: ${contexts.join(', ')})`, choose);
  if (!contexts.includes(current))
    throw missing(`has no context ${current}, which is its current one${suggestion(current, contexts)}`, choose);
  const cluster = config.getCurrentCluster();
  if (cluster === null)
    throw missing(
      `has no cluster ${config.getContextObject(current)!.cluster}, which its context ${current} names`,
      choose,
    );
  // The client refuses them when it sends, as a defect would look.
  if (cluster.server.startsWith('http:') && !cluster.skipTLSVerify && cluster.proxyUrl === undefined)
    throw missing(
      `has a server without TLS, ${cluster.server}, to which credentials would go as plain text`,
      `give its https:// address, or say insecure-skip-tls-verify: true of the cluster ${cluster.name} if that is meant (kubectl proxy)`,
    );
  return cluster;
};

/**
 * @param kubeconfig its path; null = where kubectl would look. @param context null = the current one
 * Throws INPUT_MISSING if there is none or it cannot be used, USAGE if it has no such context.
 */
export const kubeAccess = async (kubeconfig: string | null, context: string | null = null): Promise<KubeAccess> => {
  const { KubeConfig, HttpMethod, RequestContext } = await importClient();
  const name = `kubeconfig ${kubeconfig ?? process.env['KUBECONFIG'] ?? '(default)'}`;
  const unusable = (cause: unknown): TestbedError =>
    new TestbedError('INPUT_MISSING', `${name} cannot be used: ${firstLine(cause)}`, {
      hint: 'give the path of a kubeconfig that kubectl can use',
      cause,
    });
  const config = new KubeConfig();
  try {
    if (kubeconfig === null) loadDefault(config);
    else config.loadFromFile(kubeconfig);
  } catch (cause) {
    if (cause instanceof TestbedError) throw cause;
    // What it says where the YAML is no mapping.
    throw unusable(cause instanceof TypeError ? 'it is empty, or no kubeconfig' : cause);
  }
  const cluster = chooseCluster(config, name, context);

  /** Anew only when certificates have changed, as login plugins do it. */
  const dispatchers = new Map<string, Dispatcher>();
  const dispatcherFor = async (tls: Parameters<typeof config.createDispatcherOptions>[1]): Promise<Dispatcher> => {
    const options = config.createDispatcherOptions(cluster, tls);
    const key = createHash('sha256').update(JSON.stringify(options)).digest('hex');
    const known = dispatchers.get(key);
    if (known !== undefined) return known;
    const made = await (async () => {
      if (options.type === 'agent')
        return new Agent({ ...CONNECTIONS, connect: { ...options.connect } as NonNullable<Agent.Options['connect']> });
      if (options.type === 'none') return new Agent(CONNECTIONS);
      const context = new RequestContext(cluster.server, HttpMethod.GET);
      await config.applySecurityAuthentication(context);
      // The client's undici and ours are one package, its declared types two.
      return context.getDispatcher() as unknown as Dispatcher;
    })();
    dispatchers.set(key, made);
    return made;
  };

  const authorize = async (): Promise<Authorized> => {
    const options: Parameters<typeof config.applyToHTTPSOptions>[0] & { auth?: string } = {};
    await config.applyToHTTPSOptions(options).catch((cause: unknown) => {
      throw unusable(cause);
    });
    const basic: Record<string, string> =
      typeof options.auth === 'string'
        ? { authorization: `Basic ${Buffer.from(options.auth).toString('base64')}` }
        : {};
    const headers = { ...basic, ...(options.headers as Record<string, string> | undefined) };
    return { headers, dispatcher: await dispatcherFor(options as Parameters<typeof dispatcherFor>[0]) };
  };
  // Credentials that cannot be had are found out now, not by each of many requests.
  await authorize();

  return {
    server: cluster.server.replace(/\/$/, ''),
    authorize,
    close: async () => {
      await Promise.all([...dispatchers.values()].map((each) => each.destroy()));
    },
  };
};
