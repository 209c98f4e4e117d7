import { Button, Menu } from "@mantine/core";
import { IconPlaylistAdd, IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { useTell } from "../parts/useTell";
import { useWords } from "../quality/forms";
import { type ManagedClip, type PlaylistLine, useAddToPlaylist, usePlaylists } from "./library";

function Playlists({ onChoose }: { onChoose: (playlist: PlaylistLine) => void }) {
  const { t } = useTranslation();
  const words = useWords();
  const playlists = usePlaylists().data;
  return (
    <>
      {playlists?.map((playlist) => (
        <Menu.Item key={playlist.id} onClick={() => onChoose(playlist)}>
          {words(playlist.title)}
        </Menu.Item>
      ))}
      {playlists && (
        <Menu.Item component={Link} href="/library/playlists" leftSection={<IconPlus size={14} aria-hidden />}>
          {t("library.newPlaylist")}
        </Menu.Item>
      )}
    </>
  );
}

/** Puts a clip into a playlist from where it is found. */
export function AddToPlaylist({ clip }: { clip: ManagedClip }) {
  const { t } = useTranslation();
  const words = useWords();
  const tell = useTell();
  const [isOpen, setOpen] = useState(false);
  const add = useAddToPlaylist(clip);
  const choose = (playlist: PlaylistLine) =>
    add.mutate(playlist, {
      onSuccess: (isNew) =>
        tell.success(t(isNew ? "library.addedTo" : "library.alreadyIn", { title: words(playlist.title) })),
      onError: tell.failure,
    });
  return (
    <Menu
      opened={isOpen}
      onChange={setOpen}
      shadow="md"
      width={260}
      withInitialFocusPlaceholder={false}
      portalProps={{ target: "#content" }}
    >
      <Menu.Target>
        <Button
          size="compact-sm"
          variant="default"
          loading={add.isPending}
          leftSection={<IconPlaylistAdd size={14} aria-hidden />}
          aria-label={t("library.addToName", { title: words(clip.title) })}
        >
          {t("library.addTo")}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>{isOpen && <Playlists onChoose={choose} />}</Menu.Dropdown>
    </Menu>
  );
}
