import { expect, test } from "vitest";
import { escaped, extremesOf, optionOf, type Series } from "./chart";
import { hoursOf } from "./HeatMap";

const bars = (id: string, values: (number | null)[]): Series => ({
  id,
  name: id,
  kind: "bar",
  values,
  color: "red",
  isStacked: true,
});

test("what stands highest and lowest is told in words", () => {
  expect(extremesOf([null, 3, 9, 1, null])).toEqual({ high: 2, low: 3 });
  expect(extremesOf([0, 0])).toEqual({ high: 0, low: 0 });
  expect(extremesOf([null])).toBeNull();
});

test("names are text in a tooltip, whatever they are", () => {
  const option = optionOf({ labels: ["<b>9</b>"], series: [bars("<img src=x onerror=1>", [1])], write: String });
  const { formatter } = option.tooltip as { formatter: (rows: object[]) => string };
  const html = formatter([{ seriesName: "<img src=x onerror=1>", axisValueLabel: "<b>9</b>", value: 1, marker: "" }]);
  expect(html).not.toContain("<img");
  expect(html).not.toContain("<b>9");
  expect(escaped(`"'&`)).toBe("&quot;&#39;&amp;");
});

test("a target is a line of its own, shares end at one, and one series needs no legend", () => {
  const option = optionOf({
    labels: ["9"],
    series: [bars("rate", [0.5])],
    write: String,
    isShare: true,
    target: { value: 0.85, name: "85 %" },
  });
  expect(option.series).toHaveLength(2);
  expect(option.yAxis).toMatchObject({ max: 1 });
  expect(option.legend).toMatchObject({ show: false });
});

test("the heat map is as wide as the hours with something in them", () => {
  expect(
    hoursOf([
      { weekday: 1, hour: 9, value: 2 },
      { weekday: 3, hour: 12, value: 1 },
      { weekday: 3, hour: 20, value: null },
    ]),
  ).toEqual([9, 10, 11, 12]);
  expect(hoursOf([])).toEqual([]);
});
