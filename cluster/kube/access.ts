// How a kubeconfig's user reaches its API server: headers for each request (tokens expire) and the connections, made
// once. Reading kubeconfigs, login plugins and proxies are the kept client's business; it is imported when the first
// access is made, because that costs most of a second and 90 MB. Its own way of sending makes a connection per request.

import { createHash } from 'node:crypto';
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

/** @param kubeconfig its path; null = where kubectl would look. @param context null = the current one */
export const kubeAccess = async (kubeconfig: string | null, context: string | null = null): Promise<KubeAccess> => {
  const { KubeConfig, HttpMethod, RequestContext } = await importClient();
  const name = `kubeconfig ${kubeconfig ?? '(default)'}`;
  const config = new KubeConfig();
  try {
    if (kubeconfig === null) config.loadFromDefault();
    else config.loadFromFile(kubeconfig);
  } catch (cause) {
    throw new TestbedError('INPUT_MISSING', `${name} cannot be read`, {
      hint: 'give the path of a kubeconfig that kubectl can use',
      cause,
    });
  }
  if (context !== null) {
    const contexts = config.getContexts().map((each) => each.name);
    if (!contexts.includes(context))
      throw new TestbedError('USAGE', `${name} has no context ${context}${suggestion(context, contexts)}`, {
        hint: 'kubectl config get-contexts',
      });
    config.setCurrentContext(context);
  }
  const cluster = config.getCurrentCluster();
  if (cluster === null)
    throw new TestbedError('INPUT_MISSING', `${name} has no current cluster`, {
      hint: 'kubectl config use-context NAME',
    });

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

  return {
    server: cluster.server.replace(/\/$/, ''),
    authorize: async () => {
      const options: Parameters<typeof config.applyToHTTPSOptions>[0] & { auth?: string } = {};
      await config.applyToHTTPSOptions(options);
      const basic: Record<string, string> =
        typeof options.auth === 'string'
          ? { authorization: `Basic ${Buffer.from(options.auth).toString('base64')}` }
          : {};
      const headers = { ...basic, ...(options.headers as Record<string, string> | undefined) };
      return { headers, dispatcher: await dispatcherFor(options as Parameters<typeof dispatcherFor>[0]) };
    },
    close: async () => {
      await Promise.all([...dispatchers.values()].map((each) => each.destroy()));
    },
  };
};
