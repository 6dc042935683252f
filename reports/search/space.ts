// The search space as data: levers, each with a few levels in order, and points that choose one level per lever.
// Knows nothing of what a level does; it only carries the platform overrides that make it.

export type SetValue = string | number | boolean;

export interface Level {
  /** For people, e.g. '15 s'. */
  readonly label: string;
  /** Overrides of the platform that make this level. */
  readonly set: Readonly<Record<string, SetValue>>;
}

export interface Lever {
  readonly name: string;
  /** In the order of the quantity behind them. */
  readonly levels: readonly Level[];
  /** Index of the level that the platform has now. */
  readonly current: number;
}

export type Space = readonly Lever[];

/** Index of the chosen level per lever. */
export type Point = readonly number[];

export const currentPoint = (space: Space): Point => space.map((lever) => lever.current);

/** Name of a point among those of one space; equal points have equal keys. */
export const keyOf = (point: Point): string => point.join('.');

export const gridSize = (space: Space): number => space.reduce((product, { levels }) => product * levels.length, 1);

/** The point with another level of one lever. */
export const withLevel = (point: Point, lever: number, level: number): Point => point.with(lever, level);

/** Every point that differs from `point` in exactly one lever: Σ (levels − 1) of them. */
export const oneLeverAway = (space: Space, point: Point): readonly Point[] =>
  space.flatMap(({ levels }, lever) =>
    levels.flatMap((_, level) => (level === point[lever] ? [] : [withLevel(point, lever, level)])),
  );

/** The overrides that make a point, those of the present levels too: levers may share what they set. */
export const setOf = (space: Space, point: Point): Readonly<Record<string, SetValue>> =>
  Object.assign({}, ...space.map(({ levels }, lever) => levels[point[lever]!]!.set)) as Record<string, SetValue>;

/** What changes from one point to the other, e.g. 'scrape interval 30 s → 15 s'; empty if nothing does. */
export const changesBetween = (space: Space, from: Point, to: Point): readonly string[] =>
  space.flatMap(({ name, levels }, lever) =>
    from[lever] === to[lever] ? [] : [`${name} ${levels[from[lever]!]!.label} → ${levels[to[lever]!]!.label}`],
  );
