// The frame that all charts share: Plot draws into a linkedom document, the result is SVG text, the same bytes for the
// same data. Takes marks and axes, adds title, description and the marks of the load steps.

import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { number } from '../page/format.ts';
import type { Score } from '../score/score.ts';
import { INK } from './palette.ts';

export interface LegendEntry {
  readonly label: string;
  readonly colour: string;
  readonly form: 'line' | 'dashed' | 'area' | 'dot';
}

export interface Chart {
  /** Unique on the page; used for ids. */
  readonly id: string;
  readonly title: string;
  /** What is seen, in one sentence. */
  readonly caption: string;
  readonly legend: readonly LegendEntry[];
  /** SVG text at this width in CSS pixels. */
  readonly svg: (width: number) => string;
}

export interface Frame {
  readonly id: string;
  readonly title: string;
  readonly caption: string;
  readonly width: number;
  readonly height: number;
}

/** A phone shows less beside the axes. */
export const isNarrow = (width: number): boolean => width < 500;

interface SvgElement {
  id: string;
  textContent: string;
  readonly outerHTML: string;
  readonly firstChild: unknown;
  setAttribute: (name: string, value: string) => void;
  insertBefore: (child: SvgElement, before: unknown) => void;
  querySelector: (selector: string) => { remove: () => void } | null;
}

interface SvgDocument {
  readonly createElementNS: (space: string, tag: string) => SvgElement;
}

/** SVG text of a plot in the frame. */
export const draw = (frame: Frame, options: Plot.PlotOptions): string => {
  // linkedom's types speak of the browser's DOM, which is not in this folder's library.
  const { document } = parseHTML('<!doctype html><html><body></body></html>') as unknown as { document: SvgDocument };
  const narrow = isNarrow(frame.width);
  const plot = Plot.plot({
    ...({ document } as unknown as Plot.PlotOptions),
    className: 'chart',
    width: frame.width,
    height: frame.height,
    marginLeft: narrow ? 44 : 56,
    marginRight: narrow ? 12 : 20,
    marginTop: 28,
    marginBottom: 40,
    style: { fontSize: '12px', background: 'none' },
    ...options,
  }) as unknown as SvgElement;
  // The page has the styles of all charts once.
  plot.querySelector('style')?.remove();
  const key = `${frame.id}-${frame.width}`;
  plot.setAttribute('role', 'img');
  plot.setAttribute('aria-labelledby', `${key}-t ${key}-d`);
  for (const [tag, text] of [
    ['desc', frame.caption],
    ['title', frame.title],
  ] as const) {
    const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
    element.id = `${key}-${tag[0]!}`;
    element.textContent = text;
    plot.insertBefore(element, plot.firstChild);
  }
  // Hundredths of a pixel are enough; text between tags stays as it is.
  return plot.outerHTML.replace(/<[^>]*>/g, (tag) => tag.replace(/(\.\d\d)\d{3,}/g, '$1'));
};

export interface TimeAxis {
  readonly unit: 'min' | 'h';
  readonly label: string;
  /** Milliseconds to the unit of the axis. */
  readonly at: (ms: number) => number;
  readonly domain: readonly [number, number];
}

/** Minutes into the run, or hours if it shows more than three; from the start unless said otherwise. */
export const timeAxis = (toMillis: number, fromMillis = 0): TimeAxis => {
  const unit = toMillis - fromMillis > 3 * 3_600_000 ? 'h' : 'min';
  const perUnit = unit === 'h' ? 3_600_000 : 60_000;
  return {
    unit,
    label: unit === 'h' ? 'hours into the run' : 'minutes into the run',
    at: (ms) => ms / perUnit,
    domain: [fromMillis / perUnit, toMillis / perUnit],
  };
};

/** Plot options of a time axis. */
export const timeScale = (axis: TimeAxis, width: number): Plot.ScaleOptions => ({
  label: axis.label,
  labelArrow: 'none',
  labelAnchor: 'center',
  domain: [...axis.domain],
  tickFormat: number,
  ticks: isNarrow(width) ? 4 : 8,
});

/** A thin dotted line at each load step; a red band, or a red line for what is over at once, at each fault. */
export const stepMarks = (score: Score, axis: TimeAxis, from = 0, to = Infinity): readonly Plot.Markish[] => {
  const shown = (at: number): boolean => at >= from && at <= to;
  const steps = score.responsiveness.reactions.map((r) => r.step.atMillis).filter(shown);
  const faults = score.faults.map((f) => ({ begin: 1000 * f.at, end: 1000 * (f.at + ('for' in f ? f.for : 0)) }));
  const [first, last] = [axis.domain[0], axis.domain[1]];
  const bands = faults
    .map(({ begin, end }) => ({ x1: Math.max(first, axis.at(begin)), x2: Math.min(last, axis.at(end)) }))
    .filter(({ x1, x2 }) => x1 < x2);
  const instants = faults.filter(({ begin, end }) => begin === end && shown(begin)).map(({ begin }) => axis.at(begin));
  return [
    ...(steps.length === 0 ? [] : [Plot.ruleX(steps.map(axis.at), { stroke: INK.quiet, strokeDasharray: '2,3' })]),
    ...(bands.length === 0 ? [] : [Plot.rect(bands, { x1: 'x1', x2: 'x2', fill: INK.red, fillOpacity: 0.13 })]),
    ...(instants.length === 0 ? [] : [Plot.ruleX(instants, { stroke: INK.red, strokeDasharray: '6,3' })]),
  ];
};
