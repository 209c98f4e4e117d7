import { Badge, Button } from "@mantine/core";
import { IconCheck, IconPlayerPlayFilled, IconX } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { useFormat, useMay } from "../api/queries";
import type { PlayerHandle } from "../calls/Player";
import { momentPath } from "../calls/path";
import { duration } from "../format";
import { SureButton } from "../parts/SureButton";
import { useTell } from "../parts/useTell";
import { useWords } from "../quality/forms";
import { AddToPlaylist } from "./AddToPlaylist";
import { ChangeClip } from "./ChangeClip";
import { ClipPlayer } from "./ClipPlayer";
import classes from "./Library.module.css";
import { type Clip, cardOf, isManaged, type ManagedClip, useChangeClip, useDeleteClip } from "./library";

export function KindBadge({ kind }: Pick<Clip, "kind">) {
  const { t } = useTranslation();
  return (
    <span className={classes.kind} data-kind={kind}>
      {t(`library.kinds.${kind}`)}
    </span>
  );
}

export function HeardMark() {
  const { t } = useTranslation();
  return (
    <span className={classes.heard}>
      <IconCheck size={14} aria-hidden /> {t("library.heard")}
    </span>
  );
}

/** Who made it, how often it was heard, for whom it is and how long. */
function Management({ clip }: { clip: ManagedClip }) {
  const { t } = useTranslation();
  const format = useFormat();
  const facts = [
    t("library.madeBy", { name: clip.made_by, time: format.dateMinute(clip.made_at) }),
    t("library.plays", { plays: clip.plays, listeners: clip.listeners }),
    t(`library.audience.${clip.audience}`),
    t("library.keptUntil", { day: format.date(clip.kept_until - 1) }),
  ];
  return <p className={classes.facts}>{facts.join(" · ")}</p>;
}

function Tools({ clip }: { clip: ManagedClip }) {
  const { t } = useTranslation();
  const words = useWords();
  const tell = useTell();
  const seesCalls = useMay("see_calls");
  const [isChanging, setChanging] = useState(false);
  const change = useChangeClip(clip);
  const remove = useDeleteClip(clip);
  const title = words(clip.title);
  const isPublished = clip.audience === "all";
  const publish = () =>
    change.mutate({ ...cardOf(clip), audience: isPublished ? "playlists" : "all" }, { onError: tell.failure });
  return (
    <>
      <Button
        size="compact-sm"
        variant="default"
        loading={change.isPending}
        aria-label={t(`library.switchName.${isPublished ? "unpublish" : "publish"}`, { title })}
        onClick={publish}
      >
        {t(`library.switch.${isPublished ? "unpublish" : "publish"}`)}
      </Button>
      <Button
        size="compact-sm"
        variant="default"
        aria-label={t("library.changeName", { title })}
        onClick={() => setChanging(true)}
      >
        {t("library.change")}
      </Button>
      <AddToPlaylist clip={clip} />
      {seesCalls && (
        <Button
          size="compact-sm"
          variant="subtle"
          component={Link}
          href={momentPath(clip.pbx, clip.call_id, clip.recording_id, clip.from_seconds)}
          aria-label={t("library.callName", { title })}
        >
          {t("library.call")}
        </Button>
      )}
      <SureButton
        label={t("library.delete")}
        name={t("library.deleteName", { title })}
        sure={t("library.deleteSure")}
        isSending={remove.isPending}
        onSure={() => remove.mutate(undefined, { onError: tell.failure })}
      />
      {isChanging && <ChangeClip clip={clip} onClose={() => setChanging(false)} />}
    </>
  );
}

interface Props {
  clip: Clip;
  isOpen: boolean;
  onToggle: () => void;
  onTopic: (topic: string) => void;
}

/** A clip, and its player once it is opened. */
export function ClipCard({ clip, isOpen, onToggle, onTopic }: Props) {
  const { t } = useTranslation();
  const words = useWords();
  const player = useRef<PlayerHandle>(null);
  const box = useRef<HTMLDivElement>(null);
  const wasAsked = useRef(false);
  const title = words(clip.title);
  const note = words(clip.note);
  useEffect(() => {
    if (!isOpen || !wasAsked.current) return;
    player.current?.playFrom(0);
    // The keys of the player work from here on.
    box.current?.querySelector("input")?.focus();
  }, [isOpen]);
  const toggle = () => {
    wasAsked.current = true;
    onToggle();
  };
  return (
    <li className={`panel ${classes.card}`}>
      <div className={classes.head}>
        <KindBadge kind={clip.kind} />
        <h2>{title}</h2>
        {clip.is_heard && <HeardMark />}
        <span className={`num ${classes.length}`}>{duration(clip.duration_seconds)}</span>
      </div>
      {note && <p className={classes.note}>{note}</p>}
      <div className={classes.tags}>
        {clip.topics.map((topic) => (
          <Button key={topic} size="compact-xs" radius="xl" variant="default" onClick={() => onTopic(topic)}>
            {topic}
          </Button>
        ))}
        <Badge variant="outline" color="gray" tt="none">
          {t(`library.languages.${clip.language}`)}
        </Badge>
        {clip.agent_name && <span className="muted">{clip.agent_name}</span>}
      </div>
      {isManaged(clip) && <Management clip={clip} />}
      <div className={classes.buttons}>
        <Button
          size="compact-sm"
          variant={isOpen ? "default" : "filled"}
          leftSection={isOpen ? <IconX size={14} /> : <IconPlayerPlayFilled size={12} />}
          aria-expanded={isOpen}
          aria-label={t(isOpen ? "library.closeName" : "library.playName", { title })}
          onClick={toggle}
        >
          {t(isOpen ? "frame.close" : "player.play")}
        </Button>
        {isManaged(clip) && <Tools clip={clip} />}
      </div>
      {isOpen && (
        <div ref={box} className={classes.player}>
          <ClipPlayer clip={clip} handle={player} />
        </div>
      )}
    </li>
  );
}
