import { Select } from "@mantine/core";
import { type RefObject, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../api/queries";
import type { PlayerHandle } from "../calls/Player";
import { RecordingPlayer } from "../calls/RecordingPlayer";
import { duration } from "../format";
import styles from "./Reviews.module.css";
import type { Remark } from "./reviewing";
import type { ReviewedCall } from "./reviews";

/** What is heard beside a form: the recording that was chosen, and how remarks are pinned to its moments and played. */
export interface Hearing {
  player: RefObject<PlayerHandle | null>;
  chosen: number | null;
  choose: (id: number) => void;
  pin: (remark: Remark) => Remark;
  onPlay: (remark: Remark) => void;
}

/** Begins with the recording of the agent's own part. */
export function useHearing(call: ReviewedCall): Hearing {
  const player = useRef<PlayerHandle>(null);
  const own = call.conversations.flatMap(
    ({ leg_id, part }) =>
      call.recordings.find(({ conversation }) => conversation?.leg_id === leg_id && conversation.part === part)?.id ??
      [],
  );
  const [chosen, choose] = useState<number | null>(own[0] ?? call.recordings[0]?.id ?? null);
  const wanted = useRef<number | null>(null);

  const pin = (remark: Remark): Remark =>
    player.current && chosen !== null
      ? { ...remark, at: Math.round(player.current.now() * 10) / 10, recording_id: chosen }
      : remark;
  function onPlay({ at, recording_id: id }: Remark): void {
    if (at === null) return;
    if (id === null || id === chosen) {
      player.current?.playFrom(at);
      return;
    }
    wanted.current = at;
    choose(id);
  }
  useEffect(() => {
    if (wanted.current !== null) player.current?.playFrom(wanted.current);
    wanted.current = null;
  }, [chosen]);
  return { player, chosen, choose, pin, onPlay };
}

/** The recordings of the call, one of which is played. */
export function Heard({ call, hearing }: { call: ReviewedCall; hearing: Hearing }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { player, chosen, choose } = hearing;
  const recording = call.recordings.find(({ id }) => id === chosen);
  return (
    <section className={`panel ${styles.panel}`} aria-labelledby="heard-title">
      <h2 id="heard-title">{t("calls.recording")}</h2>
      {call.recordings.length > 1 && (
        <Select
          size="xs"
          aria-label={t("calls.recording")}
          data={call.recordings.map((one) => ({
            value: String(one.id),
            label: `${format.time(one.began_at)} · ${duration(one.duration_seconds)}`,
          }))}
          value={String(chosen)}
          onChange={(id) => choose(Number(id))}
          allowDeselect={false}
        />
      )}
      {!recording && <p className="muted">{t("recording.none")}</p>}
      {recording && recording.state !== "ready" && <p className="muted">{t(`recording.${recording.state}`)}</p>}
      {recording?.state === "ready" && (
        <RecordingPlayer
          key={recording.id}
          recording={recording}
          conversations={call.conversations}
          holds={call.holds}
          handle={player}
        />
      )}
    </section>
  );
}
