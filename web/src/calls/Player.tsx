import { ActionIcon, SegmentedControl, Tooltip } from "@mantine/core";
import {
  IconPlayerPauseFilled,
  IconPlayerPlayFilled,
  IconRewindBackward5,
  IconRewindBackward15,
  IconRewindForward5,
  IconRewindForward15,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, type RefObject, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Recording, Side } from "../api/shapes";
import { duration } from "../format";
import classes from "./Player.module.css";
import { audioAddress, loadPeaks } from "./waveform";

const SPEEDS = ["0.75", "1", "1.25", "1.5", "2"];
const PEAKS = 240;

export interface PlayerHandle {
  seek(seconds: number): void;
}

interface PlayerProps {
  recording: Recording;
  /** Seconds from the start of the recording; null before it was first played or moved. */
  onMove: (seconds: number) => void;
  handle: RefObject<PlayerHandle | null>;
}

function useAudio(onMove: (seconds: number) => void) {
  const audio = useRef<HTMLAudioElement>(null);
  const [isPlaying, setPlaying] = useState(false);
  const [position, setPosition] = useState(0);
  const [failed, setFailed] = useState(false);
  const moved = () => {
    const at = audio.current?.currentTime ?? 0;
    setPosition(at);
    onMove(at);
  };
  const events = {
    onPlay: () => setPlaying(true),
    onPause: () => setPlaying(false),
    onTimeUpdate: moved,
    onSeeked: moved,
    onError: () => setFailed(true),
    onLoadedMetadata: () => setFailed(false),
  };
  return { audio, isPlaying, position, failed, events };
}

function Waveform({ recording, side, share }: { recording: Recording; side: Side; share: number }) {
  const peaks = useQuery({
    queryKey: ["peaks", recording.id, side],
    queryFn: () => loadPeaks(recording.id, side, recording.size, PEAKS),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  const bars = peaks.data ?? [];
  const path = bars
    .map((peak, at) => `M${at + 0.5} ${20 - Math.max(0.6, peak * 18)}V${20 + Math.max(0.6, peak * 18)}`)
    .join("");
  return (
    <svg className={classes.wave} viewBox={`0 0 ${PEAKS} 40`} preserveAspectRatio="none" aria-hidden="true">
      {bars.length === 0 && <path d={`M0 20H${PEAKS}`} className={classes.flat} />}
      <path d={path} className={classes.rest} />
      <path d={path} className={classes.played} style={{ clipPath: `inset(0 ${(1 - share) * 100}% 0 0)` }} />
    </svg>
  );
}

function Steps({ onStep }: { onStep: (seconds: number) => void }) {
  const { t } = useTranslation();
  const steps = [
    { seconds: -15, Icon: IconRewindBackward15, label: t("player.back", { count: 15 }) },
    { seconds: -5, Icon: IconRewindBackward5, label: t("player.back", { count: 5 }) },
    { seconds: 5, Icon: IconRewindForward5, label: t("player.forward", { count: 5 }) },
    { seconds: 15, Icon: IconRewindForward15, label: t("player.forward", { count: 15 }) },
  ];
  return steps.map(({ seconds, Icon, label }) => (
    <Tooltip key={seconds} label={label}>
      <ActionIcon variant="subtle" color="gray" size="lg" aria-label={label} onClick={() => onStep(seconds)}>
        <Icon size={20} stroke={1.6} />
      </ActionIcon>
    </Tooltip>
  ));
}

function sidesOf(recording: Recording): Side[] {
  return ["mix", ...recording.legs.map((leg) => leg.side)];
}

/** Plays one recording: mix or one side, at a speed; space, arrows (5 s) and shift + arrows (15 s) work in it. */
export function Player({ recording, onMove, handle }: PlayerProps) {
  const { t } = useTranslation();
  const { audio, isPlaying, position, failed, events } = useAudio(onMove);
  const [side, setSide] = useState<Side>("mix");
  const [speed, setSpeed] = useState("1");
  const resume = useRef<{ at: number; plays: boolean } | null>(null);
  const length = recording.duration_seconds;

  function seek(seconds: number): void {
    if (audio.current) audio.current.currentTime = Math.min(length, Math.max(0, seconds));
  }
  function toggle(): void {
    if (audio.current?.paused) void audio.current.play().catch(() => undefined);
    else audio.current?.pause();
  }
  function chooseSide(next: Side): void {
    resume.current = { at: audio.current?.currentTime ?? 0, plays: isPlaying };
    setSide(next);
  }
  function onLoaded(): void {
    events.onLoadedMetadata();
    if (!audio.current) return;
    audio.current.playbackRate = Number(speed);
    if (!resume.current) return;
    audio.current.currentTime = resume.current.at;
    if (resume.current.plays) void audio.current.play().catch(() => undefined);
    resume.current = null;
  }
  function onKey(event: KeyboardEvent): void {
    const from = event.target as HTMLElement;
    if (from.closest("button, [role=radiogroup], label") && event.key === " ") return;
    if (from.closest("[role=radiogroup], input[type=radio]")) return;
    const step = event.shiftKey ? 15 : 5;
    if (event.key === " ") toggle();
    else if (event.key === "ArrowLeft") seek(position - step);
    else if (event.key === "ArrowRight") seek(position + step);
    else return;
    event.preventDefault();
  }
  useEffect(() => {
    if (audio.current) audio.current.playbackRate = Number(speed);
  }, [speed, audio]);
  handle.current = { seek };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys work wherever the focus is inside the player
    <div className={classes.player} onKeyDown={onKey}>
      <audio
        ref={audio}
        src={audioAddress(recording.id, side)}
        preload="metadata"
        {...events}
        onLoadedMetadata={onLoaded}
      />
      <div className={classes.scrubber}>
        <Waveform recording={recording} side={side} share={length > 0 ? position / length : 0} />
        <input
          type="range"
          min={0}
          max={length}
          step={0.1}
          value={position}
          onChange={(event) => seek(Number(event.currentTarget.value))}
          aria-label={t("player.position")}
          aria-valuetext={`${duration(position)} / ${duration(length)}`}
        />
      </div>
      <div className={classes.controls}>
        <ActionIcon
          size={40}
          radius="50%"
          onClick={toggle}
          aria-label={isPlaying ? t("player.pause") : t("player.play")}
        >
          {isPlaying ? <IconPlayerPauseFilled size={18} /> : <IconPlayerPlayFilled size={18} />}
        </ActionIcon>
        <Steps onStep={(seconds) => seek(position + seconds)} />
        <span className={`num ${classes.time}`}>
          {duration(Math.floor(position))} <span className="muted">/ {duration(length)}</span>
        </span>
        <div className={classes.choices}>
          <SegmentedControl
            size="xs"
            aria-label={t("player.side")}
            value={side}
            onChange={(value) => chooseSide(value as Side)}
            data={sidesOf(recording).map((value) => ({ value, label: t(`player.sides.${value}`) }))}
          />
          <SegmentedControl
            size="xs"
            aria-label={t("player.speed")}
            value={speed}
            onChange={setSpeed}
            data={SPEEDS.map((value) => ({ value, label: `${value}×` }))}
          />
        </div>
      </div>
      {failed && (
        <p className={classes.failed} role="alert">
          {t("player.failed")}
        </p>
      )}
    </div>
  );
}
