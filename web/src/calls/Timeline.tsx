import { Tooltip } from "@mantine/core";
import { IconHeadset, IconMicrophone, IconUser } from "@tabler/icons-react";
import type { CSSProperties } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../api/queries";
import type { CallDetail, Instant } from "../api/shapes";
import { duration } from "../format";
import { type Axis, axisOf, type Lane, lanes, type Segment, type SegmentKind } from "./diary";
import classes from "./Timeline.module.css";

const LANE_ICONS = { caller: IconUser, agent: IconHeadset, recording: IconMicrophone };
const LEGEND: readonly SegmentKind[] = ["wait", "ring", "talk", "hold", "wrap_up"];

function place(axis: Axis, from: Instant, until: Instant): CSSProperties {
  const length = axis.until - axis.from;
  return { left: `${((from - axis.from) / length) * 100}%`, width: `${((until - from) / length) * 100}%` };
}

function useResultWord(): (segment: Segment) => string {
  const { t } = useTranslation();
  return ({ kind, result }) => {
    if (!result) return "";
    if (kind === "ring") return t(`ring.outcome.${result as "answered"}`, { defaultValue: result });
    if (kind === "talk") return t(`endedBy.${result as "agent"}`, { defaultValue: result });
    return t(`outcome.${result as "answered"}`, { defaultValue: result });
  };
}

function Bar({ segment, axis, onSeek }: { segment: Segment; axis: Axis; onSeek: (at: Instant) => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const resultWord = useResultWord();
  const length = duration(segment.until - segment.from);
  const words = [`${t(`segment.${segment.kind}`)} ${length}`, resultWord(segment)].filter(Boolean).join(" · ");
  const span = `${format.time(segment.from)} – ${format.time(segment.until)}`;
  const note = segment.isAnywhere ? ` (${t("calls.holdPlace")})` : "";
  return (
    <Tooltip label={`${words}, ${span}${note}`} events={{ hover: true, focus: true, touch: true }}>
      <button
        type="button"
        className={`${classes.bar} ${classes.kind}`}
        data-kind={segment.kind}
        data-result={segment.result || undefined}
        style={place(axis, segment.from, segment.until)}
        aria-label={`${words}, ${span}`}
        onClick={() => onSeek(segment.from)}
      >
        <span>
          {t(`segment.${segment.kind}`)} <span className="num">{length}</span>
        </span>
      </button>
    </Tooltip>
  );
}

function LaneRow({ lane, axis, onSeek }: { lane: Lane; axis: Axis; onSeek: (at: Instant) => void }) {
  const { t } = useTranslation();
  const Icon = LANE_ICONS[lane.kind];
  const name = lane.name || t(`calls.lanes.${lane.kind === "agent" ? "caller" : lane.kind}`);
  return (
    <div className={classes.lane}>
      <span className={classes.name}>
        <Icon size={15} aria-hidden />
        {name}
      </span>
      <div className={classes.track}>
        {lane.segments.map((segment) => (
          <Bar key={segment.key} segment={segment} axis={axis} onSeek={onSeek} />
        ))}
      </div>
    </div>
  );
}

interface TimelineProps {
  detail: CallDetail;
  /** Where the recording plays, or null while none does. */
  playhead: Instant | null;
  onSeek: (at: Instant) => void;
}

/** The call to scale: who waited, rang, talked and worked when, with the recording's playhead across it. */
export function Timeline({ detail, playhead, onSeek }: TimelineProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const axis = axisOf(detail);
  const length = axis.until - axis.from;
  return (
    <section className={classes.timeline} aria-label={t("calls.timeline")}>
      <div className={classes.lane} aria-hidden>
        <span className={`num ${classes.start}`}>{format.time(axis.from)}</span>
        <div className={classes.axis}>
          {axis.ticks.map((tick) => (
            <span key={tick} className="num" style={{ left: `${(tick / length) * 100}%` }}>
              {duration(tick)}
            </span>
          ))}
        </div>
      </div>
      <div className={classes.lanes}>
        {lanes(detail).map((lane) => (
          <LaneRow key={lane.key} lane={lane} axis={axis} onSeek={onSeek} />
        ))}
        <div className={classes.overlay} aria-hidden>
          {axis.ticks.map((tick) => (
            <i key={tick} style={{ left: `${(tick / length) * 100}%` }} />
          ))}
          {playhead !== null && <b style={{ left: `${((playhead - axis.from) / length) * 100}%` }} />}
        </div>
      </div>
      <ul className={classes.legend}>
        {LEGEND.map((kind) => (
          <li key={kind}>
            <i className={`${classes.swatch} ${classes.kind}`} data-kind={kind} />
            {t(`segment.${kind}`)}
          </li>
        ))}
      </ul>
    </section>
  );
}
