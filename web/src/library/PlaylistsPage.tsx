import { Button, Progress } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { useMay } from "../api/queries";
import { duration } from "../format";
import { ListPanel } from "../parts/ListPanel";
import page from "../parts/Page.module.css";
import { useWords } from "../quality/forms";
import classes from "./Library.module.css";
import { LibrarySections } from "./LibrarySections";
import { type PlaylistLine, usePlaylists } from "./library";

/** How much of a playlist one has heard. */
export function HeardOf({ line }: { line: PlaylistLine }) {
  const { t } = useTranslation();
  const text = t("library.heardOf", { heard: line.heard, count: line.count });
  return (
    <div className={classes.progress}>
      <span>{text}</span>
      <Progress value={line.count ? (100 * line.heard) / line.count : 0} aria-label={text} size="sm" />
    </div>
  );
}

function Row({ line }: { line: PlaylistLine }) {
  const { t } = useTranslation();
  const words = useWords();
  const manages = useMay("manage_clips");
  const description = words(line.description);
  return (
    <tr>
      <td>
        <Link href={`/library/playlists/${line.id}`}>{words(line.title)}</Link>
        {description && <small className={page.small}>{description}</small>}
      </td>
      <td className="num">
        {t("library.clipCount", { count: line.count })} · {duration(line.duration_seconds)}
      </td>
      <td>
        <HeardOf line={line} />
      </td>
      {manages && <td>{t(line.is_published ? "library.isPublished" : "library.isDraft")}</td>}
    </tr>
  );
}

/** The playlists that one may hear, or manages. */
export default function PlaylistsPage() {
  const { t } = useTranslation();
  const manages = useMay("manage_clips");
  const found = usePlaylists();
  const lines = found.data ?? [];
  const columns = (["playlist", "clips", "heard", "published"] as const)
    .filter((name) => manages || name !== "published")
    .map((name) => t(`library.playlistColumn.${name}`));
  const add = manages && (
    <Button size="xs" component={Link} href="/library/playlists/new" leftSection={<IconPlus size={15} />}>
      {t("library.newPlaylist")}
    </Button>
  );
  return (
    <div className={page.page}>
      <div>
        <h1 className="visually-hidden">{t("library.section.playlists")}</h1>
        <LibrarySections here="playlists" />
        <p className={page.lead}>{t("library.playlistsLead")}</p>
      </div>
      <ListPanel
        title={t("library.section.playlists")}
        asked={[found]}
        tools={lines.length > 0 && add}
        columns={columns}
        rows={lines.map((line) => <Row key={line.id} line={line} />)}
        empty={{
          title: t("library.noPlaylists"),
          text: t(manages ? "library.noPlaylistsText" : "library.noPlaylistsForAgents"),
          action: add,
        }}
      />
    </div>
  );
}
