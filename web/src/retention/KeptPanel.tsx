import { Button, TagsInput } from "@mantine/core";
import { IconLock } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat, useMay } from "../api/queries";
import type { Call } from "../api/shapes";
import { Failure } from "../parts/Failure";
import { useTell } from "../parts/useTell";
import { RowsSkeleton } from "../parts/Waiting";
import { EndHold } from "./Holds";
import { ReasonDialog } from "./ReasonDialog";
import classes from "./Retention.module.css";
import { type Kept, useKept, useKnownTags, usePlaceHold, useTag } from "./retention";
import { useRuleWord } from "./useRuleWord";

function Tags({ call, kept }: { call: Call; kept: Kept }) {
  const { t } = useTranslation();
  const tell = useTell();
  const mayTag = useMay("tag_calls");
  const known = useKnownTags(mayTag);
  const tag = useTag(call.pbx, call.call_id);
  const on = kept.tags.map((one) => one.tag);
  if (!mayTag) return on.length > 0 && <p className={classes.line}>{on.join(", ")}</p>;
  function change(wanted: string[]) {
    const said = { onError: tell.failure };
    for (const one of wanted.filter((name) => !on.includes(name))) tag.mutate({ tag: one, isOn: true }, said);
    for (const one of on.filter((name) => !wanted.includes(name))) tag.mutate({ tag: one, isOn: false }, said);
  }
  return (
    <TagsInput
      size="xs"
      label={t("retention.tags")}
      description={t("retention.tagsHint")}
      data={(known.data?.tags ?? []).map((one) => one.tag)}
      value={on}
      onChange={change}
      maxTags={20}
      disabled={tag.isPending}
    />
  );
}

/**
 * How long a call's recordings are kept and why: its tags, the rule that decides, and its holds. Where all of them are
 * gone there is nothing left to hold.
 */
export function KeptPanel({ call, isGone }: { call: Call; isGone: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useRuleWord();
  const manages = useMay("manage_retention");
  const kept = useKept(call.pbx, call.call_id);
  const place = usePlaceHold(call.pbx, call.call_id);
  const [isHolding, setHolding] = useState(false);
  return (
    <section className="panel" aria-labelledby="kept-title">
      <div className={classes.bar}>
        <h2 id="kept-title">{t("retention.kept")}</h2>
        {manages && kept.data && !isGone && (
          <Button size="xs" variant="default" leftSection={<IconLock size={15} />} onClick={() => setHolding(true)}>
            {t("retention.hold")}
          </Button>
        )}
      </div>
      {kept.isPending && <RowsSkeleton rows={2} />}
      {kept.isError && <Failure error={kept.error} onRetry={() => void kept.refetch()} />}
      {kept.data && (
        <div className={classes.body}>
          {kept.data.is_held && (
            <p className={classes.held}>
              <IconLock size={15} aria-hidden /> {t("retention.isHeld")}
            </p>
          )}
          {!kept.data.is_held && !isGone && (
            <p className={classes.line}>
              {kept.data.rule && kept.data.until !== null
                ? t("retention.until", { at: format.date(kept.data.until), rule: word(kept.data.rule) })
                : t("retention.forEver")}
            </p>
          )}
          <Tags call={call} kept={kept.data} />
          {kept.data.holds?.map((hold) => (
            <div key={hold.id} className={classes.hold}>
              <p className={classes.line}>
                {t("retention.heldBy", { at: format.dateMinute(hold.at), by: hold.by, reason: hold.reason })}
                {hold.ended &&
                  ` — ${t("retention.endedBy", { at: format.dateMinute(hold.ended.at), by: hold.ended.by, reason: hold.ended.reason })}`}
              </p>
              {!hold.ended && <EndHold hold={hold} />}
            </div>
          ))}
        </div>
      )}
      {isHolding && (
        <ReasonDialog
          title={t("retention.hold")}
          text={t("retention.holdText")}
          label={t("retention.hold")}
          send={place}
          onClose={() => setHolding(false)}
        />
      )}
    </section>
  );
}
