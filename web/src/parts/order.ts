/** The same list with one of its things at another place. */
export function reordered<Thing>(list: readonly Thing[], from: number, to: number): Thing[] {
  const next = [...list];
  const [one] = next.splice(from, 1);
  if (one !== undefined) next.splice(to, 0, one);
  return next;
}
