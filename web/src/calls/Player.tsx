import { ActionIcon, SegmentedControl, Select, Slider, Tooltip } from "@mantine/core";
import {
  IconPlayerPauseFilled,
  IconPlayerPlayFilled,
  IconRepeat,
  IconRewindBackward5,
  IconRewindBackward15,
  IconRewindForward5,
  IconRewindForward15,
  IconScissors,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, type RefObject, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { ask } from "../api/client";
import type { Seconds, Side, Sound } from "../api/shapes";
import { duration } from "../format";
import classes from "./Player.module.css";
import { PlayerHelp } from "./PlayerHelp";
import { useBalance } from "./useBalance";
import { useHeard } from "./useHeard";
import { Waves } from "./Waves";
import { audioAddress, type Loop, MARK_KINDS, type Mark, nextMark, type Span, spanOf } from "./waveform";

const SPEEDS = ["0.5", "0.75", "1", "1.25", "1.5", "2", "2.5", "3"];
const BOTH: readonly Side[] = ["mix"];
/** How soon to look again whether a recording was listened through. */
const AGAIN_MS = 3000;

export interface PlayerHandle {
  seek(seconds: number): void;
  /** Plays from there. */
  playFrom(seconds: number): void;
  /** Plays or pauses. */
  toggle(): void;
  /** Where it is, in seconds of what is played. */
  now(): number;
}

interface PlayerProps {
  /** The address of a recording or of a clip: its audio, sound and plays are below it. */
  path: string;
  length: Seconds;
  /** Who can be heard alone where no copy has both sides. */
  sides?: readonly Side[];
  marksOf: (sound: Sound | null) => Mark[];
  handle: RefObject<PlayerHandle | null>;
  /** Where it stands at first. */
  startsAt?: Seconds;
  onMove?: (seconds: Seconds) => void;
  onEnd?: () => void;
  /** The server knows what was heard. */
  onTold?: () => void;
  /** Makes a clip of a span; without it nobody is offered to. */
  onClip?: (span: Span) => void;
}

type Moves = Pick<PlayerProps, "startsAt" | "onMove" | "onEnd">;

function useAudio({ startsAt = 0, onMove, onEnd }: Moves, onFail: () => void) {
  const audio = useRef<HTMLAudioElement>(null);
  const [isPlaying, setPlaying] = useState(false);
  const [position, setPosition] = useState(startsAt);
  const moved = () => {
    const at = audio.current?.currentTime ?? 0;
    setPosition(at);
    onMove?.(at);
  };
  const events = {
    onPlay: () => setPlaying(true),
    onPause: () => setPlaying(false),
    onTimeUpdate: moved,
    onSeeked: moved,
    onEnded: onEnd,
    onError: onFail,
  };
  return { audio, isPlaying, position, events };
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

/** How much there is of each kind of mark; a click goes to the next one. */
function MarkList({ marks, onNext }: { marks: readonly Mark[]; onNext: (kind: Mark["kind"]) => void }) {
  const { t } = useTranslation();
  const kinds = MARK_KINDS.map((kind) => ({ kind, of: marks.filter((mark) => mark.kind === kind) }));
  return (
    <div className={classes.marks}>
      {kinds
        .filter(({ of }) => of.length > 0)
        .map(({ kind, of }) => (
          <button key={kind} type="button" data-kind={kind} title={t("player.next")} onClick={() => onNext(kind)}>
            <i aria-hidden /> {t(`player.mark.${kind}`, { count: of.length })}
            {kind !== "transfer" && (
              <span className="num"> · {duration(of.reduce((sum, mark) => sum + mark.until - mark.from, 0))}</span>
            )}
          </button>
        ))}
    </div>
  );
}

/** What is played is a recording or a clip: both have a sound. */
function soundOf(path: string): Promise<Sound | null> {
  const id = path.slice(path.lastIndexOf("/") + 1);
  return path.startsWith("/api/clips/")
    ? ask("GET /api/clips/{clip_id}/sound", { path: { clip_id: id } })
    : ask("GET /api/recordings/{recording_id}/sound", { path: { recording_id: id } });
}

function useSound(path: string): Sound | null {
  const sound = useQuery({
    queryKey: ["sound", path],
    queryFn: () => soundOf(path),
    refetchInterval: ({ state }) => state.data === null && AGAIN_MS,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return sound.data ?? null;
}

/**
 * Plays a recording or a clip with both voices apart where they are; every button has a key (PlayerHelp). Given
 * another one it keeps its speed and balance.
 */
export function Player({ path, length, sides = BOTH, marksOf, handle, onTold, onClip, ...moves }: PlayerProps) {
  const { t } = useTranslation();
  const sound = useSound(path);
  const [failures, setFailures] = useState({ stereo: false, all: false });
  const isStereo = sound?.has_copy === true && sound.sides.length > 1 && !failures.stereo;
  const onFail = () => setFailures(isStereo ? { stereo: true, all: false } : { stereo: true, all: true });
  const { audio, isPlaying, position, events } = useAudio(moves, onFail);
  const [side, setSide] = useState<Side>("mix");
  const [speed, setSpeed] = useState("1");
  const [balance, setBalance] = useState(0);
  const [loop, setLoop] = useState<Loop | null>(null);
  const [helps, setHelps] = useState(false);
  const applyBalance = useBalance(audio);
  const play = useHeard(audio, path, onTold);
  const marks = marksOf(sound);
  const source = audioAddress(path, isStereo ? "stereo" : side, play);
  const resume = useRef({ path, source, at: position, plays: false });
  if (resume.current.source !== source) {
    resume.current = { path, source, at: resume.current.path === path ? position : 0, plays: isPlaying };
  }

  /** Where it is now: what is shown is up to a quarter of a second behind. */
  function now(): number {
    return audio.current?.currentTime ?? position;
  }
  function seek(seconds: number): void {
    if (audio.current) audio.current.currentTime = Math.min(length, Math.max(0, seconds));
  }
  function toggle(): void {
    if (audio.current?.paused) void audio.current.play().catch(() => undefined);
    else audio.current?.pause();
  }
  function playFrom(seconds: number): void {
    seek(seconds);
    void audio.current?.play().catch(() => undefined);
  }
  function onLoaded(): void {
    setFailures((before) => ({ ...before, all: false }));
    if (!audio.current) return;
    audio.current.playbackRate = Number(speed);
    audio.current.preservesPitch = true;
    if (resume.current.at > 0) audio.current.currentTime = resume.current.at;
    if (resume.current.plays) void audio.current.play().catch(() => undefined);
  }
  function faster(steps: number): void {
    const next = SPEEDS[SPEEDS.indexOf(speed) + steps];
    if (next) setSpeed(next);
  }
  function listenTo(next: number): void {
    setBalance(next);
    if (isStereo) applyBalance(next);
    else setSide(sides.find((one) => one === (["agent", "mix", "customer"] as const)[next + 1]) ?? "mix");
  }
  function toMark(backwards: boolean, kind?: Mark["kind"]): void {
    const mark = nextMark(marks, now(), backwards, kind);
    if (mark) seek(mark.from);
  }
  function loopFrom(): void {
    setLoop({ from: now(), until: null });
  }
  function loopUntil(): void {
    const until = now();
    setLoop({ from: loop && loop.from < until ? loop.from : 0, until });
  }
  function toggleLoop(): void {
    if (!loop) loopFrom();
    else if (loop.until === null && now() > loop.from) loopUntil();
    else setLoop(null);
  }

  function clip(): void {
    audio.current?.pause();
    onClip?.(spanOf(loop, now(), length));
  }

  const loopTip = loop ? (loop.until === null ? t("player.loopUntil") : t("player.loopOff")) : t("player.loopFrom");
  const actions: Record<string, (event: KeyboardEvent) => void> = {
    " ": toggle,
    ArrowLeft: (event) => seek(now() - (event.shiftKey ? 15 : 5)),
    ArrowRight: (event) => seek(now() + (event.shiftKey ? 15 : 5)),
    Home: () => seek(0),
    End: () => seek(length),
    n: () => toMark(false),
    p: () => toMark(true),
    "-": () => faster(-1),
    "+": () => faster(1),
    "=": () => faster(1),
    a: loopFrom,
    b: loopUntil,
    c: () => setLoop(null),
    ...(onClip && { l: clip }),
    1: () => listenTo(-1),
    2: () => listenTo(0),
    3: () => listenTo(1),
    "?": () => setHelps(!helps),
    Escape: () => setHelps(false),
  };
  function onKey(event: KeyboardEvent): void {
    const from = event.target as HTMLElement;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (from.closest("button") && event.key === " ") return;
    if (from.closest("[role=slider], [role=radiogroup], input:not([type=range])")) return;
    const action = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!action) return;
    event.preventDefault();
    action(event);
  }
  useEffect(() => {
    if (audio.current) audio.current.playbackRate = Number(speed);
  }, [speed, audio]);
  useEffect(() => {
    if (loop?.until != null && isPlaying && audio.current && position >= loop.until) {
      audio.current.currentTime = loop.from;
    }
  }, [position, loop, isPlaying, audio]);
  useEffect(() => {
    setLoop(null);
    setFailures({ stereo: false, all: false });
  }, [path]);
  handle.current = { seek, playFrom, toggle, now };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys work wherever the focus is inside the player
    <div className={classes.player} onKeyDown={onKey}>
      <audio ref={audio} src={source} preload="metadata" {...events} onLoadedMetadata={onLoaded} />
      <Waves sound={sound} length={length} position={position} marks={marks} loop={loop} onSeek={seek} />
      <MarkList marks={marks} onNext={(kind) => toMark(false, kind)} />
      <div className={classes.controls}>
        <ActionIcon
          size={40}
          radius="50%"
          onClick={toggle}
          aria-label={isPlaying ? t("player.pause") : t("player.play")}
        >
          {isPlaying ? <IconPlayerPauseFilled size={18} /> : <IconPlayerPlayFilled size={18} />}
        </ActionIcon>
        <Steps onStep={(seconds) => seek(now() + seconds)} />
        <span className={`num ${classes.time}`}>
          {duration(Math.floor(position))} <span className="muted">/ {duration(length)}</span>
        </span>
        <div className={classes.choices}>
          {isStereo ? (
            <div className={classes.balance}>
              <span>{t("player.sides.agent")}</span>
              <Slider
                size="sm"
                min={-1}
                max={1}
                step={0.1}
                value={balance}
                onChange={listenTo}
                label={null}
                thumbLabel={t("player.balance")}
              />
              <span>{t("player.sides.customer")}</span>
            </div>
          ) : (
            sides.length > 1 && (
              <SegmentedControl
                size="xs"
                aria-label={t("player.side")}
                value={side}
                onChange={(value) => setSide(value as Side)}
                data={sides.map((value) => ({ value, label: t(`player.sides.${value}`) }))}
              />
            )
          )}
          <Select
            size="xs"
            w={84}
            aria-label={t("player.speed")}
            value={speed}
            onChange={(value) => value && setSpeed(value)}
            allowDeselect={false}
            data={SPEEDS.map((value) => ({ value, label: `${value}×` }))}
          />
          <Tooltip label={loopTip}>
            <ActionIcon
              variant={loop ? "light" : "subtle"}
              color={loop ? undefined : "gray"}
              size="lg"
              aria-label={t("player.loop")}
              aria-pressed={loop !== null}
              onClick={toggleLoop}
            >
              <IconRepeat size={20} stroke={1.6} />
            </ActionIcon>
          </Tooltip>
          {onClip && (
            <Tooltip label={t("player.clip")}>
              <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t("player.clip")} onClick={clip}>
                <IconScissors size={20} stroke={1.6} />
              </ActionIcon>
            </Tooltip>
          )}
          <PlayerHelp opened={helps} onChange={setHelps} makesClips={onClip !== undefined} />
        </div>
      </div>
      {!sound && <p className={classes.note}>{t("player.waveformComes")}</p>}
      {failures.all && (
        <p className={classes.failed} role="alert">
          {t("player.failed")}
        </p>
      )}
    </div>
  );
}
