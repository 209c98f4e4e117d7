import { globSync, readFileSync } from "node:fs";
import { parseSync } from "vite";
import { describe, expect, test } from "vitest";
import en from "./en.json";
import zh from "./zh.json";

type Words = { [key: string]: string | Words };

function flat(words: Words, before = ""): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(words)) {
    if (typeof value === "string") found.set(before + key, value);
    else for (const [inner, text] of flat(value, `${before}${key}.`)) found.set(inner, text);
  }
  return found;
}

const english = flat(en);
const chinese = flat(zh);
/** Chinese says one as it says many. */
const SINGULAR = /_one$/;
const inBoth = [...english].filter(([key]) => !SINGULAR.test(key));
const holes = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]).sort();

describe("English and 简体中文", () => {
  test("have the same keys", () => {
    expect([...chinese.keys()].sort()).toEqual(inBoth.map(([key]) => key).sort());
  });
  test("say each thing, with the same holes to fill", () => {
    const wrong = inBoth.filter(([key, text]) => {
      const other = chinese.get(key) ?? "";
      return !text.trim() || !other.trim() || holes(text).join() !== holes(other).join();
    });
    expect(wrong).toEqual([]);
  });
  test("nothing was left in English by mistake", () => {
    const allowed = new Set(["PBX", "English", "中文"]);
    const same = [...english].filter(([key, text]) => chinese.get(key) === text && !allowed.has(text));
    expect(same.filter(([, text]) => /[a-z]{3}/i.test(text.replace(/\{\{\w+\}\}/g, "")))).toEqual([]);
  });
});

/** Attributes whose value is read or heard by somebody. */
const SPOKEN = new Set(["aria-label", "title", "placeholder", "label", "description", "alt", "aria-valuetext"]);
const LETTERS = /\p{L}{2,}/u;
/** Our own name, which is the same in every language. */
const OUR_NAME = new Set(["call", "center", "callcenter"]);

interface Node {
  type: string;
  [field: string]: unknown;
}

function* nodes(value: unknown): Generator<Node> {
  if (Array.isArray(value)) for (const item of value) yield* nodes(item);
  else if (typeof value === "object" && value !== null) {
    if ("type" in value) yield value as Node;
    for (const inner of Object.values(value)) yield* nodes(inner);
  }
}

function spoken(node: Node): string | null {
  if (node.type === "JSXText") return String(node.value).trim();
  if (node.type !== "JSXAttribute") return null;
  const name = (node.name as Node).name;
  const value = node.value as Node | null;
  return SPOKEN.has(String(name)) && value?.type === "Literal" ? String(value.value) : null;
}

const files = globSync("src/**/*.tsx");

test.each(files)("%s says nothing that is not in the word lists", (file) => {
  const { program, errors } = parseSync(file, readFileSync(file, "utf8"));
  expect(errors).toEqual([]);
  const said = [...nodes(program)].map(spoken).filter((text) => text !== null && LETTERS.test(text));
  expect(said.filter((text) => !OUR_NAME.has(text ?? ""))).toEqual([]);
});

const sources = globSync("src/**/*.{ts,tsx}").filter((file) => !file.endsWith(".test.ts"));
const code = sources.map((file) => readFileSync(file, "utf8")).join("\n");

test("every word is used", () => {
  const patterns = [...code.matchAll(/\bt\(\s*(?:`([^`]+)`|"([^"]+)")/g)].map(
    (match) => new RegExp(`^${(match[1] ?? match[2] ?? "").replace(/[.]/g, "\\.").replace(/\$\{[^}]+\}/g, "[^.]+")}$`),
  );
  const keys = [...english.keys()].map((key) => key.replace(/_(one|other)$/, ""));
  expect(keys.filter((key) => !patterns.some((pattern) => pattern.test(key)))).toEqual([]);
});
