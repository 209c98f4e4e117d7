import { SegmentedControl, Select, Switch, TagsInput, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useZone } from "../api/queries";
import { dayStart, fromWall, toWall } from "../format";
import { WordsFields } from "../quality/WordsFields";
import classes from "./Library.module.css";
import { CALL_LANGUAGES, type CallLanguage, type Card, KINDS, type Kind, useTopics } from "./library";

const LONGEST_TOPIC = 40;
const MOST_TOPICS = 10;

interface Props {
  card: Card;
  change: (fields: Partial<Card>) => void;
  /** Why the server refused a field. */
  at: (field: string) => string | null;
}

/** A clip is kept until the end of this day. */
function LastDay({ card, change, at }: Props) {
  const { t } = useTranslation();
  const zone = useZone();
  return (
    <TextInput
      type="date"
      label={t("library.lastDay")}
      description={t("library.lastDayHint")}
      required
      withAsterisk={false}
      value={toWall(zone, card.kept_until - 1).slice(0, 10)}
      onChange={(event) => {
        const day = fromWall(zone, `${event.currentTarget.value}T00:00`);
        if (day !== null) change({ kept_until: dayStart(zone, day, 1) });
      }}
      error={at("kept_until")}
    />
  );
}

/** What is said of a clip: its kind, titles, topics, for whom and how long. */
export function ClipFields({ card, change, at }: Props) {
  const { t } = useTranslation();
  const topics = useTopics().data ?? [];
  const refused = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((nth) => at(`topics.${nth}`)).find((text) => text !== null);
  return (
    <>
      <SegmentedControl
        aria-label={t("library.kind")}
        value={card.kind}
        // Whose call a problem is of is nobody's business, unless it is said otherwise after.
        onChange={(kind) => change({ kind: kind as Kind, hides_agent: kind === "problem" })}
        data={KINDS.map((value) => ({ value, label: t(`library.kinds.${value}`) }))}
      />
      <WordsFields
        label={t("library.title")}
        words={card.title}
        change={(title) => change({ title })}
        error={at("title") ?? at("title.en") ?? at("title.zh")}
      />
      <TagsInput
        label={t("library.topics")}
        description={t("library.topicsHint")}
        data={topics.map(({ topic }) => topic)}
        value={card.topics}
        maxTags={MOST_TOPICS}
        onChange={(chosen) => change({ topics: chosen.map((topic) => topic.slice(0, LONGEST_TOPIC)) })}
        error={at("topics") ?? refused}
      />
      <WordsFields isLong label={t("library.note")} words={card.note} change={(note) => change({ note })} />
      <div className={classes.two}>
        <Select
          label={t("library.language")}
          data={CALL_LANGUAGES.map((value) => ({ value, label: t(`library.languages.${value}`) }))}
          value={card.language}
          onChange={(language) => change({ language: language as CallLanguage })}
          allowDeselect={false}
        />
        <LastDay card={card} change={change} at={at} />
      </div>
      <Switch
        label={t("library.publish")}
        description={t("library.publishHint")}
        checked={card.audience === "all"}
        onChange={(event) => change({ audience: event.currentTarget.checked ? "all" : "playlists" })}
      />
      <Switch
        label={t("library.hidesAgent")}
        description={t("library.hidesAgentHint")}
        checked={card.hides_agent}
        onChange={(event) => change({ hides_agent: event.currentTarget.checked })}
      />
    </>
  );
}
