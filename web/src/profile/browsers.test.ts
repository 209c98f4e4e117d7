import { expect, test } from "vitest";
import { browserOf } from "./browsers";

const WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)";
const CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36";

test.each([
  [`${WINDOWS} ${CHROME}`, "Chrome", "Windows"],
  [`${WINDOWS} ${CHROME} Edg/141.0.0.0`, "Edge", "Windows"],
  ["Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0", "Firefox", "Linux"],
  [`Mozilla/5.0 (Linux; Android 14; Pixel) ${CHROME}`, "Chrome", "Android"],
  ["Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1", "Safari", "iOS"],
  ["curl/8.5.0", null, null],
  ["", null, null],
])("%s", (said, browser, system) => {
  expect(browserOf(said)).toEqual({ browser, system });
});
