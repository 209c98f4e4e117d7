import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { query } from "../api/client";
import { duration } from "../format";
import { ListPanel } from "../parts/ListPanel";
import { useWords } from "../quality/forms";
import { KindBadge } from "./ClipCard";
import { isManaged, useClips } from "./library";

const COLUMNS = ["title", "kind", "span", "published", "plays"] as const;

/** The clips that were made of a recording; nothing where none was. */
export function ClipsOf({ recording }: { recording: number }) {
  const { t } = useTranslation();
  const words = useWords();
  const found = useClips({ recording: String(recording) });
  const clips = (found.data?.pages.flatMap((one) => one.clips) ?? []).filter(isManaged);
  if (clips.length === 0 && !found.isError) return null;
  return (
    <ListPanel
      title={t("library.ofThis")}
      asked={[found]}
      columns={COLUMNS.map((name) => t(`library.column.${name}`))}
      rows={clips.map((clip) => (
        <tr key={clip.id}>
          <td>
            <Link href={`/library${query({ recording, clip: clip.id })}`}>{words(clip.title)}</Link>
          </td>
          <td>
            <KindBadge kind={clip.kind} />
          </td>
          <td className="num">
            {duration(Math.floor(clip.from_seconds))}–{duration(Math.ceil(clip.to_seconds))}
          </td>
          <td>{t(`library.audience.${clip.audience}`)}</td>
          <td>{t("library.plays", { plays: clip.plays, listeners: clip.listeners })}</td>
        </tr>
      ))}
    />
  );
}
