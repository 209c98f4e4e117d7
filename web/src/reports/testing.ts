/** Figures and reports for tests, complete but for what a test is about. */

import type { Figure, FigureValues } from "../api/shapes";
import type { Report, ReportRow } from "./report";

export function aFigure(given: Partial<Figure> = {}): Figure {
  return {
    id: "offered",
    label_en: "Offered",
    label_zh: "进线",
    formula_en: "calls that joined the queue",
    formula_zh: "进入队列的来电",
    unit: "count",
    decimals: 0,
    direction: "none",
    target: null,
    group: "load",
    subjects: ["queues"],
    numerator: ["offered"],
    denominator: [],
    opens: "visits",
    opens_below: null,
    is_live: true,
    ...given,
  };
}

export function aRow(id: string, figures: FigureValues, given: Partial<ReportRow> = {}): ReportRow {
  return { id, name: id, pbx: "", team: "", index: 0, start: 1000, end: 2000, figures, ...given };
}

export function aReport(rows: ReportRow[], given: Partial<Report> = {}): Report {
  return {
    subject: "queues",
    from: 1000,
    to: 2000,
    interval: "none",
    timezone: "UTC",
    is_running: false,
    figures: ["offered"],
    intervals: [{ index: 0, start: 1000, end: 2000 }],
    rows,
    totals: {},
    interval_totals: [],
    previous: null,
    ...given,
  };
}
