import type { RefObject } from "react";
import { Player, type PlayerHandle } from "../calls/Player";
import { heardMarks } from "../calls/waveform";
import { type Clip, refresh } from "./library";

interface Props {
  clip: Clip;
  handle: RefObject<PlayerHandle | null>;
  onEnd?: () => void;
}

/** Plays a clip, and has its plays counted anew. */
export function ClipPlayer({ clip, handle, onEnd }: Props) {
  return (
    <Player
      path={`/api/clips/${clip.id}`}
      length={clip.duration_seconds}
      marksOf={heardMarks}
      handle={handle}
      onEnd={onEnd}
      onTold={() => void refresh()}
    />
  );
}
