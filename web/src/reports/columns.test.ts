import { expect, test } from "vitest";
import { chosenFigures, grouped } from "./columns";
import { aFigure } from "./testing";

const CATALOGUE = [
  aFigure({ id: "withdrawn" }),
  aFigure({ id: "answered" }),
  aFigure({ id: "offered" }),
  aFigure({ id: "occupancy", group: "seats", subjects: ["agents"] }),
];
const ids = (chosen: string[], kept: string[]) =>
  chosenFigures(CATALOGUE, "queues", chosen, kept).map((figure) => figure.id);

test("the usual columns, in their order, and only of the subject", () => {
  expect(ids([], [])).toEqual(["offered", "answered"]);
});

test("the address is before what this browser keeps", () => {
  expect(ids(["withdrawn"], ["answered"])).toEqual(["withdrawn"]);
  expect(ids([], ["answered"])).toEqual(["answered"]);
});

test("what the catalogue does not know, or not of this subject, is left out", () => {
  expect(ids(["occupancy", "nonsense"], [])).toEqual(["offered", "answered"]);
});

test("groups without figures are not shown", () => {
  expect(grouped(CATALOGUE).map(([group, figures]) => [group, figures.length])).toEqual([
    ["load", 3],
    ["seats", 1],
  ]);
});
