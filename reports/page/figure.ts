// A chart as HTML: heading, caption, legend, and the SVG drawn for two widths, of which the page shows the one that fits.

import type { Chart, LegendEntry } from '../charts/draw.ts';
import type { Html } from './html.ts';
import { markup, trusted } from './html.ts';

const WIDE = 812;
const NARROW = 356;

const swatch = ({ label, colour, form }: LegendEntry): Html => {
  const paint = form === 'line' || form === 'dashed' ? `color:${colour}` : `background:${colour}`;
  return markup`<li><i class="${form}" style="${paint}"></i>${label}</li>`;
};

export const figureHtml = (chart: Chart | null): Html | null =>
  chart === null
    ? null
    : markup`<figure id="fig-${chart.id}"><h3>${chart.title}</h3><figcaption>${chart.caption}</figcaption>
${chart.legend.length === 0 ? null : markup`<ul class="legend">${chart.legend.map(swatch)}</ul>`}
<div class="wide">${trusted(chart.svg(WIDE))}</div><div class="narrow">${trusted(chart.svg(NARROW))}</div></figure>
`;
