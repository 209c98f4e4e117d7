import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Seconds, Sound } from "../api/shapes";
import { duration } from "../format";
import classes from "./Waves.module.css";
import { type Loop, type Mark, wavePath } from "./waveform";

const COLUMNS = 600;
const HEIGHT = 80;

interface WavesProps {
  sound: Sound | null;
  length: Seconds;
  position: Seconds;
  marks: readonly Mark[];
  loop: Loop | null;
  onSeek: (seconds: Seconds) => void;
}

function share(seconds: Seconds, length: Seconds): string {
  return `${length > 0 ? Math.min(100, (seconds / length) * 100) : 0}%`;
}

function Band({ from, until, length, kind }: { from: Seconds; until: Seconds; length: Seconds; kind: string }) {
  return (
    <i
      className={classes.mark}
      data-kind={kind}
      style={{ left: share(from, length), width: until > from ? share(until - from, length) : undefined }}
    />
  );
}

/** The waveform, the agent above the customer, with its marks; it is moved in by pointer and by keyboard. */
export function Waves({ sound, length, position, marks, loop, onSeek }: WavesProps) {
  const { t } = useTranslation();
  const sides = sound?.sides ?? [];
  const lane = HEIGHT / Math.max(1, sides.length);
  const path = useMemo(
    () =>
      (sound?.sides ?? [])
        .map((side, index) => wavePath(side.peaks, COLUMNS, lane * (index + 0.5), lane / 2 - 3))
        .join(""),
    [sound, lane],
  );
  return (
    <div className={classes.waves}>
      <div className={classes.marks} aria-hidden>
        {marks.map((mark) => (
          <Band key={`${mark.kind}${mark.from}`} {...mark} length={length} />
        ))}
        {loop && <Band from={loop.from} until={loop.until ?? loop.from} length={length} kind="loop" />}
      </div>
      <svg
        className={classes.wave}
        data-sides={sides.length}
        viewBox={`0 0 ${COLUMNS} ${HEIGHT}`}
        preserveAspectRatio="none"
        aria-hidden="true"
      >
        {path === "" && <path d={`M0 ${HEIGHT / 2}H${COLUMNS}`} className={classes.rest} />}
        <path d={path} className={classes.rest} />
        <path
          d={path}
          className={classes.played}
          style={{ clipPath: `inset(0 calc(100% - ${share(position, length)}) 0 0)` }}
        />
      </svg>
      {sides.length > 1 &&
        sides.map((side, index) => (
          <span key={side.side} className={classes.side} style={{ top: `${(index * 100) / sides.length}%` }}>
            {t(`player.sides.${side.side}`)}
            {!side.is_audible && ` · ${t("player.noAudio")}`}
          </span>
        ))}
      <input
        type="range"
        min={0}
        max={length}
        step={0.1}
        value={position}
        onChange={(event) => onSeek(Number(event.currentTarget.value))}
        aria-label={t("player.position")}
        aria-valuetext={`${duration(position)} / ${duration(length)}`}
      />
    </div>
  );
}
