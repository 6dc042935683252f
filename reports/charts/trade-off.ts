// Figure: responsiveness against what the metrics cost, one point per setting of a sweep; the Pareto front joined.

import * as Plot from '@observablehq/plot';
import { duration, money } from '../page/format.ts';
import { numberOf } from '../score/figure.ts';
import type { Sweep } from '../sweep.ts';
import type { Chart } from './draw.ts';
import { draw, isNarrow } from './draw.ts';
import { INK } from './palette.ts';

/** Of ascending prices those that are far enough apart on a logarithmic axis for their labels; both ends stay. */
const apart = (prices: readonly number[]): number[] => {
  const last = prices.at(-1)!;
  const room = Math.log(last / prices[0]!) / 9;
  const shown: number[] = [];
  for (const price of prices) {
    const before = shown.at(-1);
    const fits = before === undefined || Math.log(price / before) >= room;
    if (price === last || (fits && Math.log(last / price) >= room)) shown.push(price);
  }
  return shown;
};

/** Null if fewer than two settings have both figures. */
export const tradeOffChart = (sweep: Sweep): Chart | null => {
  const points = sweep.rows.flatMap((row) => {
    const seconds = numberOf(row.toReady);
    const price = numberOf(row.metricMoneyPerMonth);
    if (seconds === null || price === null || price <= 0) return [];
    const interval = row.toReadyAgainstBaseline;
    return [
      {
        label: row.label,
        seconds,
        price,
        best: row.label === sweep.recommended,
        spread: interval === null ? 0 : (interval.high - interval.low) / 2,
      },
    ];
  });
  const [first] = points;
  if (first === undefined || points.length < 2) return null;
  const fastest = points.reduce((a, b) => (b.seconds < a.seconds ? b : a));
  const slowest = points.reduce((a, b) => (b.seconds > a.seconds ? b : a));
  const id = 'trade-off';
  const title = `Reaction against the price of metrics, by ${sweep.setting}`;
  const caption = `From ${slowest.label} to ${fastest.label} a new pod is ready ${duration(slowest.seconds - fastest.seconds)} sooner, for ${money(Math.abs(fastest.price - slowest.price))} a month more in metric storage.`;
  const ordered = [...points].sort((a, b) => a.price - b.price);
  return {
    id,
    title,
    caption,
    legend: [
      { label: `one ${sweep.setting}`, colour: INK.blue, form: 'dot' },
      { label: 'recommended', colour: INK.orange, form: 'dot' },
      { label: 'paired 95 % interval against now', colour: INK.quiet, form: 'line' },
    ],
    svg: (w) => {
      // On a phone neighbours take turns above and below the line, or their labels would touch.
      const below = (i: number): boolean => isNarrow(w) && i % 2 === 1;
      return draw(
        { id, title, caption, width: w, height: 260 },
        {
          marginRight: 48,
          x: {
            type: 'log',
            label: 'metric storage, $ per month',
            labelArrow: 'none',
            labelAnchor: 'center',
            ticks: isNarrow(w) ? [ordered[0]!.price, ordered.at(-1)!.price] : apart(ordered.map((p) => p.price)),
            tickFormat: (n: number) => money(n),
            insetLeft: 16,
          },
          y: { label: 'load step to new pod ready, s', labelArrow: 'none', grid: true, ticks: 5, nice: true },
          marks: [
            Plot.lineY(ordered, { x: 'price', y: 'seconds', stroke: INK.rule, strokeWidth: 1.5 }),
            Plot.ruleX(points, {
              x: 'price',
              y1: (p: { seconds: number; spread: number }) => p.seconds - p.spread,
              y2: (p: { seconds: number; spread: number }) => p.seconds + p.spread,
              stroke: INK.quiet,
              strokeWidth: 2,
            }),
            Plot.dot(points, {
              x: 'price',
              y: 'seconds',
              r: 5,
              fill: (p: { best: boolean }) => (p.best ? INK.orange : INK.blue),
              stroke: INK.paper,
            }),
            ...[points.filter((_, i) => !below(i)), points.filter((_, i) => below(i))].map((some, i) =>
              Plot.text(some, {
                x: 'price',
                y: 'seconds',
                text: 'label',
                dx: i === 0 ? 9 : 0,
                dy: i === 0 ? -9 : 17,
                textAnchor: i === 0 ? 'start' : 'middle',
                fill: 'currentColor',
                stroke: INK.paper,
                strokeWidth: 4,
                fontWeight: 600,
              }),
            ),
          ],
        },
      );
    },
  };
};
