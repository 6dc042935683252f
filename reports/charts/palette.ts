// Colours by role, as CSS variables that page/style.ts defines for light and dark: Okabe and Ito's palette, which people
// with the common kinds of colour blindness can tell apart. Lines also differ in dash or width, never in colour alone.

import type { StageName } from '../score/stages.ts';

export const INK = {
  truth: 'var(--c-ink)',
  blue: 'var(--c-blue)',
  orange: 'var(--c-orange)',
  green: 'var(--c-green)',
  red: 'var(--c-red)',
  purple: 'var(--c-purple)',
  sky: 'var(--c-sky)',
  quiet: 'var(--c-quiet)',
  fill: 'var(--c-fill)',
  rule: 'var(--c-rule)',
  paper: 'var(--paper)',
  /** Text on orange, sky and grey. */
  onPale: 'var(--c-on-pale)',
} as const;

/** Families of hue: green = the load, blue = the metric's way, grey = Kubernetes, orange = starting, purple = being found. */
export const STAGE_COLOUR: Readonly<Record<StageName, string>> = {
  load: 'var(--st-load)',
  scrape: 'var(--st-scrape)',
  'hpa-wait': 'var(--st-hpa)',
  adapter: 'var(--st-adapter)',
  'window-policy': 'var(--st-window)',
  'pod-creation': 'var(--st-create)',
  scheduling: 'var(--st-schedule)',
  node: 'var(--st-node)',
  container: 'var(--st-container)',
  'model-load': 'var(--st-model)',
  probe: 'var(--st-probe)',
  endpoints: 'var(--st-endpoints)',
};
