// Replays a schedule at a service on a cluster that is not ours and watches what the cluster does: pods, nodes, endpoints, HPA,
// and what Prometheus stored. Takes an address for the load and a user of the API that may read; creates, changes and deletes
// nothing. Gives the same kind of record as every other profile, with what could not be known in words.

import type { ExistingCollected } from '../../cluster/existing/collect.ts';
import { ExistingCollector } from '../../cluster/existing/collect.ts';
import { lookThere } from '../../cluster/existing/look-there.ts';
import type { PrometheusPlace } from '../../cluster/existing/prometheus-place.ts';
import { placeText, prometheusAt } from '../../cluster/existing/prometheus-place.ts';
import { readsOf } from '../../cluster/existing/reads.ts';
import type { KubeClient } from '../../cluster/kube/client.ts';
import type { FleetRow } from '../../cluster/kube/collected-signals.ts';
import { monotonicMillis } from '../../cluster/emulator/scaled-clock.ts';
import { Timers } from '../../cluster/local/timers.ts';
import type { RealityTable, ScenarioJson } from '../../model/record.ts';
import type { KnownInputs } from '../../sim/known-inputs.ts';
import type { Replayed } from './real-run.ts';
import type { TargetSettings } from './replay-target.ts';
import { replayTarget } from './replay-target.ts';
import type { RunningLoad } from './running-load.ts';
import type { TargetWatcher } from './target-watcher.ts';

export interface ReplayExistingSettings extends Omit<TargetSettings, 'watcher'> {
  readonly api: KubeClient;
  /** Null = nobody said where it is. */
  readonly prometheus: PrometheusPlace | null;
}

export interface ExistingReplayed extends Replayed {
  readonly known: KnownInputs;
  /** Unix time of the origin, by the clock of Prometheus where that was read. */
  readonly epochMillis: number;
}

const GRID_MILLIS = 1000;

const realityOf = (kubernetes: string, prometheus: PrometheusPlace | null, hpa: boolean): Partial<RealityTable> => ({
  scrape:
    prometheus === null ? 'not observed: nobody said where Prometheus is' : `Prometheus, ${placeText(prometheus)}`,
  adapter: 'real, not observed: only the values in the status of the HPA are',
  hpa: hpa ? `kube-controller-manager of ${kubernetes}, by its status` : 'none there',
  scheduler: `real, of ${kubernetes}`,
  kubelet: `real, of ${kubernetes}`,
});

const createdNote = (engine: TargetSettings['engine']): string =>
  engine?.creates === undefined
    ? 'nothing was created, changed or deleted on the cluster'
    : `created on the cluster, and nothing else: ${engine.creates.join('; ')}`;

/** Once a second what only the sender of the load knows. */
class Census {
  readonly rows: FleetRow[] = [];
  private readonly timers: Timers;
  private readonly census: RunningLoad['census'];

  constructor(timers: Timers, census: RunningLoad['census']) {
    this.timers = timers;
    this.census = census;
    this.at(0, 0);
  }

  stop(): void {
    this.timers.stop();
  }

  private at(atMillis: number, offeredBefore: number): void {
    this.timers.at(atMillis, () => {
      const { inService, batchWaiting, streamsWaiting, offeredWeight } = this.census();
      const offeredPerSecond = ((offeredWeight - offeredBefore) * 1000) / GRID_MILLIS;
      this.rows.push({ atMillis, inService, waiting: batchWaiting + streamsWaiting, offeredPerSecond });
      this.at(atMillis + GRID_MILLIS, offeredWeight);
    });
  }
}

/**
 * Throws before anything is sent: TARGET_FAILED with the rights that are missing, INPUT_MISSING without the Deployment,
 * TARGET_UNREACHABLE for Prometheus; then what replayTarget throws.
 *
 * @example replayExisting({ api, prometheus: prometheusPlace('monitoring/prometheus-operated:9090'), origin, … })
 */
export const replayExisting = async (settings: ReplayExistingSettings): Promise<ExistingReplayed> => {
  const { api, prometheus, scenario, tell } = settings;
  const { platform, kubernetes, notes } = await lookThere(
    api,
    settings.platform,
    readsOf(settings.platform, prometheus),
  );
  for (const note of notes) tell(`note: ${note}`);
  const collector = await ExistingCollector.prepare({
    api,
    prometheus: prometheus === null ? null : prometheusAt(prometheus, api),
    platform,
    scenario,
  });
  let epochMillis = 0;
  let census: Census | null = null;
  let collected: ExistingCollected | null = null;
  const watcher: TargetWatcher = {
    begin: (clock, count) => {
      epochMillis = Date.now() + clock.originMonotonicMillis - monotonicMillis();
      collector.begin(() => clock.now());
      census = new Census(new Timers(clock), count);
    },
    end: async (endMillis) => {
      census?.stop();
      collected = await collector.end({ epochMillis, endMillis, fleet: census?.rows ?? [] });
      return { cluster: collected, reality: realityOf(kubernetes, prometheus, platform.hpa !== null) };
    },
  };
  try {
    const replayed = await replayTarget({
      ...settings,
      platform,
      versions: { ...settings.versions, kubernetes },
      notes: [...(settings.notes ?? []), createdNote(settings.engine), ...notes],
      watcher,
    });
    // The watcher ended: replayTarget gave a record.
    const { known, epochMillis: origin } = collected as unknown as ExistingCollected;
    const { header } = replayed.record;
    const recorded = { ...scenario, epochMillis: origin } as unknown as ScenarioJson;
    return {
      ...replayed,
      record: { ...replayed.record, header: { ...header, scenario: recorded } },
      known,
      epochMillis: origin,
    };
  } finally {
    (census as Census | null)?.stop();
    await collector.close();
  }
};
