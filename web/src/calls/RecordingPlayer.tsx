import { type RefObject, useState } from "react";
import { useMay } from "../api/queries";
import type { Conversation, Hold, Recording, Seconds } from "../api/shapes";
import { NewClip } from "../library/NewClip";
import { Player, type PlayerHandle } from "./Player";
import { marksOf, type Span } from "./waveform";

interface Props {
  recording: Recording;
  conversations: readonly Conversation[];
  holds: readonly Hold[];
  handle: RefObject<PlayerHandle | null>;
  /** Where it stands at first. */
  startsAt?: Seconds;
  onMove?: (seconds: Seconds) => void;
}

/** Plays a recording; who may can put a span of it into the library. */
export function RecordingPlayer({ recording, conversations, holds, handle, startsAt, onMove }: Props) {
  const makesClips = useMay("manage_clips");
  const hears = useMay("hear_recordings");
  const [span, setSpan] = useState<Span | null>(null);
  return (
    <>
      <Player
        path={`/api/recordings/${recording.id}`}
        length={recording.duration_seconds}
        sides={["mix", ...recording.legs.map((leg) => leg.side)]}
        marksOf={(sound) => marksOf(recording, sound, conversations, holds)}
        handle={handle}
        startsAt={startsAt}
        onMove={onMove}
        onClip={makesClips && hears ? setSpan : undefined}
      />
      {span && <NewClip recording={recording.id} span={span} onClose={() => setSpan(null)} />}
    </>
  );
}
