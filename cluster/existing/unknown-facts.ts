// What a run on a cluster that is not ours cannot know, in sentences for its header: a reader should not take an absence for
// a zero. Pure.

const ALWAYS = [
  'what each pod served and when it admitted a request: the service keeps no record of rows',
  'when a model was loaded: a pod only shows that it is ready',
  'who changed the number of replicas: the API shows the change, not its author',
  'sync period, tolerance and stabilisation of the controller manager, relist interval of the adapter: the record has those of the scenario',
];
const OF_HPA = [
  'syncs of the HPA that changed nothing, its proposals per metric, the age of the samples it used: only its status is shown',
  'what the adapter answered: its answers are in its own log',
];
const OF_PROMETHEUS = ['samples, series and cost of Prometheus: it was not read (--prometheus names it)'];

export const unknownFacts = (there: { readonly hpa: boolean; readonly prometheus: boolean }): readonly string[] =>
  [...ALWAYS, ...(there.hpa ? OF_HPA : []), ...(there.prometheus ? [] : OF_PROMETHEUS)].map(
    (fact) => `not known: ${fact}`,
  );
