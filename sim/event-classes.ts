// What can happen in the world, in the order in which it happens at equal times, each with the reason for its place.
// event-classes.test.ts holds the order.

export const EVENT_CLASSES = [
  {
    name: 'completions',
    why: 'a place that becomes free can be given away at the same instant (closed-loop README, laws of the plant)',
  },
  {
    name: 'deadline',
    why: 'an answer at the very deadline is in time; a caller that leaves makes room for an arrival',
  },
  { name: 'departure', why: 'as a deadline: an answer at the instant of the hang-up is still heard' },
  { name: 'fault', why: 'what breaks at t is broken for everything else at t' },
  { name: 'intervention', why: 'as a fault' },
  { name: 'cluster', why: 'pods join and leave before an arrival has to choose among them' },
  { name: 'retry', why: 'was there before a new arrival' },
  { name: 'arrival', why: 'a scrape at t sees what arrived at t' },
  { name: 'discovery', why: 'a target found at t can be scraped at t' },
  { name: 'scrape', why: 'reads the pods after everything that callers did' },
  { name: 'commit', why: 'samples are visible to a rule or query at the instant of their commit' },
  { name: 'rule', why: 'a query at the slot sees the result of the slot' },
  { name: 'relist', why: 'the adapter learns a metric before the query at the same instant' },
  { name: 'control', why: 'the autoscaler reads everything that was written up to now' },
  { name: 'observe', why: 'the all-knowing observer sees the instant when it is over' },
] as const;

export type EventClass = (typeof EVENT_CLASSES)[number]['name'];

/** Number of each class for the engine. */
export const CLASS = Object.fromEntries(EVENT_CLASSES.map(({ name }, i) => [name, i])) as Readonly<
  Record<EventClass, number>
>;
