import { Button, SegmentedControl, Select, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "wouter";
import { useMay } from "../api/queries";
import { Failure } from "../parts/Failure";
import { MoreButton } from "../parts/MoreButton";
import page from "../parts/Page.module.css";
import { Empty, RowsSkeleton } from "../parts/Waiting";
import { ClipCard } from "./ClipCard";
import classes from "./Library.module.css";
import { LibrarySections } from "./LibrarySections";
import { CALL_LANGUAGES, type ClipFilter, KINDS, useClips, useTopics } from "./library";

const SETTLE_MS = 250;
const FIELDS = ["kind", "topic", "language", "text", "recording"] as const;

interface FiltersProps {
  filter: ClipFilter;
  set: (field: keyof ClipFilter, value: string) => void;
}

function Topics({ filter, set }: FiltersProps) {
  const { t } = useTranslation();
  const topics = useTopics().data ?? [];
  if (topics.length === 0) return null;
  return (
    <fieldset className={classes.topics}>
      <legend className="visually-hidden">{t("library.topics")}</legend>
      {topics.map(({ topic, clips }) => {
        const isChosen = topic === filter.topic;
        return (
          <Button
            key={topic}
            size="compact-sm"
            radius="xl"
            variant={isChosen ? "filled" : "default"}
            aria-pressed={isChosen}
            onClick={() => set("topic", isChosen ? "" : topic)}
          >
            {t("library.topicCount", { topic, count: clips })}
          </Button>
        );
      })}
    </fieldset>
  );
}

function Filters({ filter, set }: FiltersProps) {
  const { t } = useTranslation();
  return (
    <search className={classes.filters}>
      <SegmentedControl
        size="xs"
        aria-label={t("library.kind")}
        value={filter.kind}
        onChange={(kind) => set("kind", kind)}
        data={[
          { value: "", label: t("library.anyKind") },
          ...KINDS.map((value) => ({ value, label: t(`library.kinds.${value}`) })),
        ]}
      />
      <TextInput
        size="xs"
        type="search"
        aria-label={t("library.search")}
        placeholder={t("library.search")}
        maxLength={100}
        value={filter.text}
        onChange={(event) => set("text", event.currentTarget.value)}
      />
      <Select
        size="xs"
        aria-label={t("library.language")}
        placeholder={t("library.anyLanguage")}
        clearable
        clearButtonProps={{ "aria-label": t("library.anyLanguage") }}
        data={CALL_LANGUAGES.map((value) => ({ value, label: t(`library.languages.${value}`) }))}
        value={filter.language || null}
        onChange={(value) => set("language", value ?? "")}
      />
      {filter.recording && (
        <Button
          size="compact-sm"
          radius="xl"
          variant="default"
          rightSection={<IconX size={12} aria-hidden />}
          aria-label={t("calls.takeOff", { filter: t("library.ofRecording") })}
          onClick={() => set("recording", "")}
        >
          {t("library.ofRecording")}
        </Button>
      )}
      <Topics filter={filter} set={set} />
    </search>
  );
}

function NoClips({ isFiltered, clear }: { isFiltered: boolean; clear: () => void }) {
  const { t } = useTranslation();
  const manages = useMay("manage_clips");
  const seesCalls = useMay("see_calls");
  if (isFiltered)
    return (
      <Empty title={t("library.noneSuch")} text={t("library.noneSuchText")}>
        <Button size="xs" variant="default" onClick={clear}>
          {t("library.clear")}
        </Button>
      </Empty>
    );
  return (
    <Empty title={t("library.none")} text={t(manages ? "library.noneText" : "library.noneForAgents")}>
      {manages && seesCalls && (
        <Button size="xs" component={Link} href="/calls">
          {t("library.findCall")}
        </Button>
      )}
    </Empty>
  );
}

/** Clips to learn from; which ones and which is open stand in the address. */
export default function LibraryPage() {
  const { t } = useTranslation();
  const [address, setAddress] = useSearchParams();
  const filter = Object.fromEntries(FIELDS.map((name) => [name, address.get(name) ?? ""])) as unknown as ClipFilter;
  const [settled] = useDebouncedValue(JSON.stringify(filter), SETTLE_MS);
  const found = useClips(JSON.parse(settled) as ClipFilter);
  const clips = found.data?.pages.flatMap((one) => one.clips) ?? [];
  const open = address.get("clip");
  function set(field: keyof ClipFilter | "clip", value: string): void {
    const next = new URLSearchParams(address);
    if (value) next.set(field, value);
    else next.delete(field);
    setAddress(next, { replace: true });
  }
  return (
    <div className={page.page}>
      <div>
        <h1 className="visually-hidden">{t("page.library")}</h1>
        <LibrarySections here="clips" />
        <p className={page.lead}>{t("library.lead")}</p>
      </div>
      <Filters filter={filter} set={set} />
      {found.isPending && <RowsSkeleton rows={4} />}
      {found.isError && <Failure error={found.error} onRetry={() => void found.refetch()} />}
      {found.isSuccess && clips.length === 0 && (
        <section className="panel">
          <NoClips isFiltered={Object.values(filter).some(Boolean)} clear={() => setAddress({}, { replace: true })} />
        </section>
      )}
      <ul className={classes.clips}>
        {clips.map((clip) => (
          <ClipCard
            key={clip.id}
            clip={clip}
            isOpen={open === String(clip.id)}
            onToggle={() => set("clip", open === String(clip.id) ? "" : String(clip.id))}
            onTopic={(topic) => set("topic", topic)}
          />
        ))}
      </ul>
      <div>
        <MoreButton pages={found} />
      </div>
    </div>
  );
}
