import { BarChart, LineChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { type EChartsType, init, use as register } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { useEffect, useRef } from "react";
import classes from "./Chart.module.css";
import type { ChartOption } from "./chart";

register([
  BarChart,
  LineChart,
  AriaComponent,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  TooltipComponent,
  SVGRenderer,
]);

interface ChartProps {
  option: ChartOption;
  /** What is drawn, in words. */
  label: string;
  height?: number;
  /** A click on a bar or a point: which series, and which place on the axis. */
  onChoose?: (series: string, index: number) => void;
}

/**
 * A drawing by ECharts. Its colours are the panel's variables, so that the theme and the printer change them; on paper
 * it gets patterns, which black and white tells apart.
 */
export default function Chart({ option, label, height = 240, onChoose }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType>(null);
  const choose = useRef(onChoose);
  choose.current = onChoose;
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const made = init(element, null, { renderer: "svg" });
    chart.current = made;
    made.on("click", ({ seriesId, dataIndex }) => choose.current?.(String(seriesId), dataIndex));
    const observer = new ResizeObserver(() => made.resize());
    observer.observe(element);
    const patterns = (show: boolean) => () => made.setOption({ aria: { enabled: true, decal: { show } } });
    const before = patterns(true);
    const after = patterns(false);
    window.addEventListener("beforeprint", before);
    window.addEventListener("afterprint", after);
    return () => {
      window.removeEventListener("beforeprint", before);
      window.removeEventListener("afterprint", after);
      observer.disconnect();
      made.dispose();
    };
  }, []);
  useEffect(() => chart.current?.setOption(option, { notMerge: true }), [option]);
  return (
    <div
      className={classes.chart}
      style={{ height }}
      role="img"
      aria-label={label}
      data-clickable={onChoose !== undefined}
    >
      <div ref={place} className={classes.drawing} aria-hidden />
    </div>
  );
}
