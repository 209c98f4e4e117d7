import { Button } from "@mantine/core";
import { IconPlayerPlayFilled } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import { useMay } from "../api/queries";
import type { PlayerHandle } from "../calls/Player";
import { duration } from "../format";
import { Failure } from "../parts/Failure";
import page from "../parts/Page.module.css";
import { SureButton } from "../parts/SureButton";
import { useTell } from "../parts/useTell";
import { Empty, RowsSkeleton } from "../parts/Waiting";
import { useWords } from "../quality/forms";
import { HeardMark, KindBadge } from "./ClipCard";
import { ClipPlayer } from "./ClipPlayer";
import classes from "./Library.module.css";
import { LibrarySections } from "./LibrarySections";
import { type Clip, type Playlist, useDeletePlaylist, usePlaylist } from "./library";
import { PlaylistEditor } from "./PlaylistEditor";
import { HeardOf } from "./PlaylistsPage";

const HOME = "/library/playlists";

function Tools({ playlist, onChange }: { playlist: Playlist; onChange: () => void }) {
  const { t } = useTranslation();
  const tell = useTell();
  const [, go] = useLocation();
  const remove = useDeletePlaylist(playlist);
  return (
    <>
      <Button size="compact-sm" variant="default" onClick={onChange}>
        {t("library.changePlaylist")}
      </Button>
      <SureButton
        label={t("library.delete")}
        name={t("library.deletePlaylist")}
        sure={t("library.deletePlaylistSure")}
        isSending={remove.isPending}
        onSure={() => remove.mutate(undefined, { onSuccess: () => go(HOME), onError: tell.failure })}
      />
    </>
  );
}

/** Plays one clip after the other; which one is told, and whether it was the last. */
function usePlaying(clips: Clip[]) {
  const player = useRef<PlayerHandle>(null);
  const [id, setId] = useState<number | null>(null);
  const nth = clips.findIndex((clip) => clip.id === id);
  useEffect(() => {
    if (id !== null) player.current?.playFrom(0);
  }, [id]);
  const play = (clip: Clip | undefined) => {
    if (clip?.id === id) player.current?.playFrom(0);
    else if (clip) setId(clip.id);
  };
  return { player, nth, clip: clips[nth], play, next: () => play(clips[nth + 1]) };
}

function Clips({ playlist }: { playlist: Playlist }) {
  const { t } = useTranslation();
  const words = useWords();
  const { clips } = playlist;
  const { player, nth, clip, play, next } = usePlaying(clips);
  const unheard = clips.find((one) => !one.is_heard);
  const isBegun = unheard !== undefined && playlist.heard > 0;
  if (clips.length === 0) return <Empty title={t("library.emptyPlaylist")} text={t("library.noneInPlaylist")} />;
  return (
    <>
      {clip ? (
        <div className={classes.player}>
          <p className={classes.playing} aria-live="polite">
            {t("library.playing", { title: words(clip.title), place: nth + 1, count: clips.length })}
          </p>
          <ClipPlayer clip={clip} handle={player} onEnd={next} />
        </div>
      ) : (
        <div>
          <Button leftSection={<IconPlayerPlayFilled size={14} />} onClick={() => play(isBegun ? unheard : clips[0])}>
            {t(isBegun ? "library.continue" : "library.playAll")}
          </Button>
        </div>
      )}
      <ol className={classes.order} aria-label={t("library.section.clips")}>
        {clips.map((one, place) => (
          <li key={one.id} aria-current={one.id === clip?.id || undefined}>
            <button type="button" className={classes.choose} onClick={() => play(one)}>
              <span className="num">{place + 1}.</span> {words(one.title)}
            </button>
            {one.is_heard && <HeardMark />}
            <KindBadge kind={one.kind} />
            <span className="num muted">{duration(one.duration_seconds)}</span>
            {words(one.note) && <p className={classes.note}>{words(one.note)}</p>}
          </li>
        ))}
      </ol>
    </>
  );
}

function Existing({ playlist }: { playlist: Playlist }) {
  const { t } = useTranslation();
  const words = useWords();
  const manages = useMay("manage_clips");
  const [isChanging, setChanging] = useState(false);
  const description = words(playlist.description);
  if (isChanging) {
    const leave = () => setChanging(false);
    return (
      <>
        <h1>{t("library.changePlaylist")}</h1>
        <PlaylistEditor playlist={playlist} onSaved={leave} onClose={leave} />
      </>
    );
  }
  return (
    <>
      <div className={classes.head}>
        <h1>{words(playlist.title)}</h1>
        {manages && (
          <>
            <span className="muted">{t(playlist.is_published ? "library.isPublished" : "library.isDraft")}</span>
            <Tools playlist={playlist} onChange={() => setChanging(true)} />
          </>
        )}
      </div>
      {description && <p className={classes.note}>{description}</p>}
      {playlist.count > 0 && <HeardOf line={playlist} />}
      <Clips playlist={playlist} />
    </>
  );
}

function Found({ id }: { id: string }) {
  const found = usePlaylist(id);
  if (found.isPending) return <RowsSkeleton rows={4} />;
  if (found.isError) return <Failure error={found.error} onRetry={() => void found.refetch()} />;
  return <Existing playlist={found.data} />;
}

function New() {
  const { t } = useTranslation();
  const [, go] = useLocation();
  return (
    <>
      <h1>{t("library.newPlaylist")}</h1>
      <PlaylistEditor playlist={null} onSaved={({ id }) => go(`${HOME}/${id}`)} onClose={() => go(HOME)} />
    </>
  );
}

/** A playlist to hear through, or to change; "new" is one to be made. */
export default function PlaylistPage({ id }: { id: string }) {
  return (
    <div className={page.page}>
      <LibrarySections here="playlists" />
      <section className={`panel ${classes.card}`}>{id === "new" ? <New /> : <Found id={id} />}</section>
    </div>
  );
}
