/** What a browser says of itself, in a few words. Told by the browser: a help to recognise one's own, no proof. */

const BROWSERS: readonly [RegExp, string][] = [
  [/Edg(e|A|iOS)?\//, "Edge"],
  [/OPR\//, "Opera"],
  [/(Firefox|FxiOS)\//, "Firefox"],
  [/(Chrome|CriOS|Chromium)\//, "Chrome"],
  [/Safari\//, "Safari"],
];

// Android says "Linux", too, and an iPhone "Mac OS X".
const SYSTEMS: readonly [RegExp, string][] = [
  [/Android/, "Android"],
  [/iPhone|iPad/, "iOS"],
  [/Windows/, "Windows"],
  [/Mac OS X/, "macOS"],
  [/Linux/, "Linux"],
];

const first = (table: readonly [RegExp, string][], said: string) =>
  table.find(([pattern]) => pattern.test(said))?.[1] ?? null;

export function browserOf(said: string): { browser: string | null; system: string | null } {
  return { browser: first(BROWSERS, said), system: first(SYSTEMS, said) };
}
