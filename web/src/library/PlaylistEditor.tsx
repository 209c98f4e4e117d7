import { Button, Select, Switch } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Failure } from "../parts/Failure";
import page from "../parts/Page.module.css";
import { useRefusal } from "../parts/useRefusal";
import { hasWords, NO_WORDS } from "../quality/building";
import { useWords } from "../quality/forms";
import { WordsFields } from "../quality/WordsFields";
import { ClipOrder } from "./ClipOrder";
import classes from "./Library.module.css";
import { type Clip, type Playlist, type PlaylistDraft, useClips, useSavePlaylist } from "./library";

const SETTLE_MS = 250;
const NEW_PLAYLIST: PlaylistDraft = { title: NO_WORDS, description: NO_WORDS, is_published: false };

/** Finds a clip by its words, and puts it at the end. */
function AddClip({ clips, add }: { clips: Clip[]; add: (clip: Clip) => void }) {
  const { t } = useTranslation();
  const words = useWords();
  const [typed, setTyped] = useState("");
  const [text] = useDebouncedValue(typed.trim(), SETTLE_MS);
  const found = useClips({ text }).data?.pages.flatMap((one) => one.clips) ?? [];
  const offered = found.filter(({ id }) => clips.every((one) => one.id !== id));
  return (
    <Select
      label={t("library.addClip")}
      description={t("library.addClipHint")}
      nothingFoundMessage={t("library.noneSuch")}
      searchable
      // The server has found them already.
      filter={({ options }) => options}
      searchValue={typed}
      onSearchChange={setTyped}
      data={offered.map((clip) => ({ value: String(clip.id), label: words(clip.title) }))}
      value={null}
      onChange={(id) => {
        const chosen = offered.find((clip) => String(clip.id) === id);
        if (chosen) add(chosen);
        setTyped("");
      }}
    />
  );
}

interface Props {
  /** Which is changed; null where one is made. */
  playlist: Playlist | null;
  onSaved: (playlist: Playlist) => void;
  onClose: () => void;
}

/** What a playlist says, for whom it is, and its clips in order. */
export function PlaylistEditor({ playlist, onSaved, onClose }: Props) {
  const { t } = useTranslation();
  const [draft, setDraft] = useState<PlaylistDraft>(playlist ?? NEW_PLAYLIST);
  const [clips, setClips] = useState(playlist?.clips ?? []);
  const [isTried, setTried] = useState(false);
  const save = useSavePlaylist(playlist);
  const { at } = useRefusal(save.error);
  const set = (fields: Partial<PlaylistDraft>) => setDraft({ ...draft, ...fields });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!hasWords(draft.title)) return;
    const { title, description, is_published } = draft;
    save.mutate({ title, description, is_published, clips: clips.map(({ id }) => id) }, { onSuccess: onSaved });
  };
  return (
    <form onSubmit={submit} className={page.form} noValidate>
      <WordsFields
        label={t("library.title")}
        words={draft.title}
        change={(title) => set({ title })}
        error={isTried && !hasWords(draft.title) ? t("quality.needsWords") : at("title")}
      />
      <WordsFields
        isLong
        label={t("library.description")}
        words={draft.description}
        change={(description) => set({ description })}
      />
      <Switch
        label={t("library.publishPlaylist")}
        description={t("library.publishPlaylistHint")}
        checked={draft.is_published}
        onChange={(event) => set({ is_published: event.currentTarget.checked })}
      />
      <ClipOrder clips={clips} change={setClips} />
      {clips.length === 0 && <p className="muted">{t("library.noneInPlaylist")}</p>}
      <AddClip clips={clips} add={(clip) => setClips([...clips, clip])} />
      {save.isError && !at("title") && <Failure error={save.error} />}
      <div className={classes.buttons}>
        <Button type="submit" loading={save.isPending}>
          {t("callbacks.save")}
        </Button>
        <Button variant="default" onClick={onClose}>
          {t("callbacks.cancel")}
        </Button>
      </div>
    </form>
  );
}
