/** Calling windows in few words. Pure. */

/** Weekdays (1 is Monday) as runs of neighbours: [1,2,3,6] → [[1,3],[6,6]]. */
export function weekdayRuns(days: readonly number[]): [first: number, last: number][] {
  const runs: [number, number][] = [];
  for (const day of [...new Set(days)].sort((a, b) => a - b)) {
    const run = runs.at(-1);
    if (run && run[1] === day - 1) run[1] = day;
    else runs.push([day, day]);
  }
  return runs;
}

/** "Mon–Wed, Sat", where `name` names a day and `span` says from one to another. */
export function weekdaysInWords(
  days: readonly number[],
  name: (day: number) => string,
  span: (first: string, last: string) => string,
): string {
  return weekdayRuns(days)
    .map(([first, last]) => (first === last ? name(first) : span(name(first), name(last))))
    .join(", ");
}
