import { expect, test } from "vitest";
import { refusalIn, wayTo } from "./ways";

test("only what the server may say is a refusal", () => {
  expect(refusalIn("?refused=taken")).toBe("taken");
  expect(refusalIn("?refused=Call+0900+123")).toBeNull();
  expect(refusalIn("")).toBeNull();
});

test("the way leads back to the page that was asked for", () => {
  expect(wayTo({ pathname: "/reports", search: "?from=1&to=2" })).toBe(
    "/api/session/oidc?to=%2Freports%3Ffrom%3D1%26to%3D2",
  );
  expect(wayTo({ pathname: "/", search: "?refused=taken" })).toBe("/api/session/oidc?to=%2F");
});
