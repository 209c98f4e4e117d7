import { expect, test } from "vitest";
import { CARD, columnsFor, fitCards, fitScale, ROOMY } from "./fit";

const WALL = { width: 1880, height: 470, rem: 18 };

test("a few seats on a wall are drawn large, and all of them are seen", () => {
  const scale = fitScale(10, CARD, WALL, 2.2);
  expect(scale).toBeGreaterThan(1.6);
  const rows = Math.ceil(10 / columnsFor(CARD, scale, WALL));
  expect(rows * CARD.height * scale * WALL.rem).toBeLessThan(WALL.height);
});

test("the more seats, the smaller, and never smaller than they are without room", () => {
  const scales = [1, 6, 12, 24, 60].map((count) => fitScale(count, CARD, WALL, 2.2));
  expect(scales[0]).toBe(2.2);
  expect([...scales].sort((a, b) => b - a)).toEqual(scales);
  expect(scales.at(-1)).toBe(1);
  expect(fitScale(3, CARD, { ...WALL, height: -40 }, 2.2)).toBe(1);
});

test("a card is not drawn wider than a narrow screen", () => {
  const phone = { width: 366, height: 2000, rem: 16 };
  expect(CARD.width * fitScale(1, CARD, phone, 2.2) * phone.rem).toBeLessThanOrEqual(phone.width);
});

test("a card has a line more where that costs hardly any scale", () => {
  expect(fitCards(10, WALL, 2.2).size).toBe(ROOMY);
  expect(fitCards(24, WALL, 2.2).size).toBe(CARD);
  expect(fitCards(60, WALL, 2.2)).toEqual({ size: CARD, scale: 1 });
});
