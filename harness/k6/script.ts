// The script that a k6 the user installed (1.6 or newer) runs: the rows of a schedule, each at its own instant, sent by
// dispatcher VUs that carry tens of requests at once (k6's executors can neither draw Poisson arrivals nor follow a trace).
// Reads plan.json and the files it names from its own folder; leaves one point of `surgelab_request` per row.
//
//   k6 run -e SURGELAB_TARGET=http://my-service:7100 --out json=points.json.gz script.ts

import { SharedArray } from 'k6/data';
import exec from 'k6/execution';
import http from 'k6/http';
import { Rate, Trend } from 'k6/metrics';
import type { Options } from 'k6/options';
import type { VuClock } from './script-clock.ts';
import { vuClock } from './script-clock.ts';
import type { ScriptCause, ScriptFrames, ScriptOrigin, ScriptPlan, ScriptPoint, ScriptRow } from './script-data.ts';
import { promises } from './script-promises.ts';
import { talk } from './script-session.ts';
import type { Attempt, VuTools } from './script-upload.ts';
import { joined, upload } from './script-upload.ts';
import { watch } from './script-watch.ts';

const plan = JSON.parse(open('./plan.json')) as ScriptPlan;
const agreed = __ENV['SURGELAB_ORIGIN'];
const agreedEpochMillis = agreed === undefined ? null : Date.parse(agreed);
const target = (__ENV['SURGELAB_TARGET'] ?? plan.target).replace(/\/$/, '');
const authorization = __ENV['SURGELAB_AUTHORIZATION'] ?? null;
const clip = joined(plan.clipFiles.map((file) => open(`./${file}`, 'b')));
const rowsOf = new Map(
  plan.streams.map(({ scenario, rowsFiles }) => [
    scenario,
    new SharedArray<ScriptRow>(scenario, () =>
      rowsFiles.flatMap((file) => JSON.parse(open(`./${file}`)) as ScriptRow[]),
    ),
  ]),
);

/** Time from the intended start to the answer, or to the end of the wait, in virtual milliseconds; the point holds the row. */
const requests = new Trend('surgelab_request', true);
const answered = new Rate('surgelab_ok');
const kept = promises(plan);
/** One value per VU: the integral of its rows under way over time, the left side of Little's law. */
const underWay = new Trend('surgelab_in_flight_integral');

const KEPT_CONNECTIONS = 1000;
/** Until the instant that several instances agreed upon. */
const waitSeconds = Math.ceil(Math.max(0, (agreedEpochMillis ?? 0) - Date.now()) / 1000);

export const options: Options = {
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- @types/k6 writes plain options as classes
  scenarios: Object.fromEntries(
    plan.streams.map(({ scenario, stream, vus }) => [
      scenario,
      {
        executor: 'per-vu-iterations',
        exec: 'dispatch',
        vus,
        iterations: 1,
        maxDuration: `${plan.maxDurationSeconds + waitSeconds}s`,
        gracefulStop: '5s',
        tags: { stream },
      },
    ]),
  ),
  thresholds: kept.thresholds,
  // k6 keeps as many idle connections per VU as http.batch may use; the rest would be opened anew for each request.
  batch: KEPT_CONNECTIONS,
  batchPerHost: KEPT_CONNECTIONS,
  noConnectionReuse: plan.connection === 'per-request',
  setupTimeout: '300s',
  systemTags: ['status', 'name', 'scenario', 'error_code'],
  userAgent: 'surgelab',
};

/** With a front door: waits until the run may begin. With an agreed instant: it must not be past. */
export async function setup(): Promise<ScriptOrigin> {
  if (plan.beginUrl === null) {
    if (agreed !== undefined && !(Date.now() <= agreedEpochMillis!))
      exec.test.abort(`SURGELAB_ORIGIN ${agreed} is past or no time: the other instances would be ahead of this one`);
    return { originEpochMillis: agreedEpochMillis };
  }
  const answer = await http.asyncRequest('GET', plan.beginUrl, null, {
    responseType: 'text',
    timeout: 290_000,
    tags: { name: 'begin' },
  });
  if (answer.status !== 200) exec.test.abort(`the front door did not open: ${answer.status} ${answer.error}`);
  return JSON.parse(answer.body) as ScriptOrigin;
}

interface Life {
  readonly outcome: ScriptPoint['outcome'];
  readonly sentMillis: number | null;
  readonly attempts: number;
  readonly endMillis: number | null;
  readonly admittedMillis: number | null;
  readonly firstResultMillis: number | null;
  readonly pod: number | null;
  readonly lagSeconds: number | null;
  readonly causes: readonly ScriptCause[];
  readonly frames: ScriptFrames | null;
}

const DROPPED: Life = {
  outcome: 'dropped',
  sentMillis: null,
  attempts: 0,
  endMillis: null,
  admittedMillis: null,
  firstResultMillis: null,
  pod: null,
  lagSeconds: null,
  causes: [],
  frames: null,
};

const record = (stream: string, row: ScriptRow, life: Life, now: number): void => {
  const [index, offsetMillis, kind, audioSeconds, seed] = row;
  const point: ScriptPoint = {
    row: index,
    offsetMillis,
    kind,
    stream,
    audioSeconds,
    seed,
    sentMillis: life.sentMillis,
    admittedMillis: life.admittedMillis,
    firstResultMillis: life.firstResultMillis,
    doneMillis: life.endMillis,
    outcome: life.outcome,
    attempts: life.attempts,
    pod: life.pod,
    lagSeconds: life.lagSeconds,
    causes: life.causes,
    frames: life.frames,
  };
  const tags = { stream, kind: plan.kinds[kind] ?? '', outcome: life.outcome };
  // Metadata, not tags: a tag with the row in it would make a time series per row.
  const { metadata } = exec.vu.metrics;
  metadata['surgelab'] = JSON.stringify(point);
  requests.add((life.endMillis ?? now) - offsetMillis, tags);
  delete metadata['surgelab'];
  answered.add(life.outcome === 'ok', tags);
  kept.judge(point);
};

interface Limit {
  readonly millis: number;
  readonly outcome: Life['outcome'];
}

const earlier = (a: Limit, b: Limit): Limit => (b.millis < a.millis ? b : a);

/** What ends a row that is not answered. `live` holds for a session that has its place. */
const limitsOf = ([, offset, , , , patience, cut]: ScriptRow): { readonly waiting: Limit; readonly live: Limit } => {
  const after = (millis: number | null | undefined): number => (millis == null ? Infinity : offset + millis);
  const latest: Limit = { millis: plan.latestMillis, outcome: 'unfinished' };
  const live = earlier(latest, { millis: after(cut), outcome: 'abandoned' });
  const timeout: Limit = { millis: after(plan.timeoutMillis), outcome: 'timeout' };
  return { live, waiting: earlier(earlier(live, timeout), { millis: after(patience), outcome: 'abandoned' }) };
};

/** The retries of one row until it is answered, given up or cut off. */
const carry = async (tools: VuTools, row: ScriptRow): Promise<Life> => {
  const { plan: p, clock } = tools;
  const { waiting, live } = limitsOf(row);
  const sentMillis = clock.now();
  const causes: ScriptCause[] = [];
  let frames: ScriptFrames | null = null;
  const over = (outcome: Life['outcome'], attempts: number, left: Partial<Life> = {}): Life => ({
    outcome,
    sentMillis,
    attempts,
    endMillis: outcome === 'unfinished' ? null : clock.now(),
    admittedMillis: null,
    firstResultMillis: null,
    pod: null,
    lagSeconds: null,
    causes,
    frames,
    ...left,
  });
  for (let attempt = 1; ; attempt++) {
    let result: Attempt;
    if (p.kinds[row[2]] === 'stream') {
      const talked = await talk(tools, row, attempt, waiting.millis, live.millis);
      result = talked.attempt;
      ({ frames } = talked);
    } else result = await upload(tools, row, attempt, waiting.millis);
    if (result.kind === 'ok') {
      const { doneMillis, admittedMillis, firstResultMillis, pod, lagSeconds } = result;
      return over('ok', attempt, { endMillis: doneMillis, admittedMillis, firstResultMillis, pod, lagSeconds });
    }
    if (result.kind === 'cut') {
      const { admittedMillis, lagSeconds } = result;
      const limit = clock.now() >= live.millis ? live : waiting;
      return over(limit.outcome, attempt, { admittedMillis, lagSeconds });
    }
    causes.push(result.cause);
    if (p.retries === null || attempt > p.retries.max) return over('unanswered', attempt);
    const next = clock.now() + p.retries.backoffMillis * 2 ** (attempt - 1);
    await clock.until(Math.min(next, waiting.millis));
    if (next > waiting.millis) return over(waiting.outcome, attempt);
  }
};

/** One VU: starts each of its rows when it is due, never waiting for an answer; ends when the last one is over. */
const play = async (tools: VuTools, stream: string, rows: readonly ScriptRow[], vu: number, vus: number) => {
  const { clock } = tools;
  let [inFlight, area, since] = [0, 0, clock.now()];
  const account = (change: number): void => {
    const now = clock.now();
    area += inFlight * (now - since);
    since = now;
    inFlight += change;
  };
  const lives: Promise<void>[] = [];
  for (let n = vu; n < rows.length; n += vus) {
    const row = rows[n]!;
    await clock.until(row[1]);
    if (inFlight >= plan.maxInFlightPerVu) {
      record(stream, row, DROPPED, clock.now());
      continue;
    }
    account(1);
    lives.push(
      carry(tools, row).then((life) => {
        account(-1);
        record(stream, row, life, clock.now());
      }),
    );
  }
  await Promise.all(lives);
  underWay.add(area);
};

export async function dispatch(origin: ScriptOrigin): Promise<void> {
  const { name, iterationInTest, startTime } = exec.scenario;
  const clock: VuClock = vuClock(origin.originEpochMillis ?? startTime, plan.timeScale);
  const lane = plan.streams.find(({ scenario }) => scenario === name)!;
  const watchman = plan.beginUrl !== null && iterationInTest === 0 ? watch(plan.beginUrl) : null;
  const tools: VuTools = { plan, target, authorization, clip, clock };
  const played = play(tools, lane.stream, rowsOf.get(name)!, iterationInTest, lane.vus);
  await (watchman === null ? played : Promise.race([played, watchman.gone]));
  watchman?.stop();
}
