import { expect, test } from "vitest";
import { canTake, type DeskPhone, keyOf, OWN, proposed } from "./deskPhones";

const phone = (number: string, given: Partial<DeskPhone> = {}) =>
  ({ pbx: "pbx1", number, is_free: true, is_registered: true, is_last: false, ...given }) as DeskPhone;

test("a phone can be taken where nobody sits and that can be rung", () => {
  expect(canTake(phone("801"))).toBe(true);
  expect(canTake(phone("801", { is_free: false }))).toBe(false);
  expect(canTake(phone("801", { is_registered: false }))).toBe(false);
});

test("the phone of the last time is proposed while it is free, then one's own, then any", () => {
  const last = phone("802", { is_last: true });
  expect(proposed([phone("801"), last], true)).toBe(keyOf(last));
  expect(proposed([phone("801"), { ...last, is_free: false }], true)).toBe(OWN);
  expect(proposed([phone("801", { is_free: false }), phone("803")], false)).toBe("pbx1/803");
  expect(proposed([phone("801", { is_registered: false })], false)).toBeNull();
});
