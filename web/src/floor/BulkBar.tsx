import { Button, NumberInput, Select } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useShallow } from "zustand/shallow";
import { useQueuesToFill, useSettings } from "../api/queries";
import { useLabel } from "../i18n";
import { useLive } from "../live/store";
import { MessagesButton } from "../messages/MessagesButton";
import { MOST_PENALTY } from "../seats/seats";
import classes from "./Bulk.module.css";
import { BULK_ACTS, type BulkAct, type BulkWish, type Came, HURTS, missing, OF_QUEUE, useBulk } from "./bulk";

interface FieldProps {
  wish: BulkWish;
  change: (part: Partial<BulkWish>) => void;
}

function Fields({ wish, change }: FieldProps) {
  const { t } = useTranslation();
  const label = useLabel();
  const settings = useSettings().data;
  const names = new Map(useQueuesToFill().map((one) => [one.queue, one.label]));
  return (
    <>
      <Select
        size="xs"
        label={t("bulk.act")}
        data={BULK_ACTS.map((act) => ({ value: act, label: t(`bulk.acts.${act}`) }))}
        value={wish.act}
        onChange={(act) => change({ act: (act ?? "pause") as BulkAct })}
        allowDeselect={false}
      />
      {wish.act === "pause" && (
        <Select
          size="xs"
          label={t("seat.reason")}
          data={(settings?.pause_reasons ?? []).map((one) => ({ value: one.code, label: label(one) }))}
          value={wish.reason || null}
          onChange={(reason) => change({ reason: reason ?? "" })}
        />
      )}
      {OF_QUEUE.has(wish.act) && (
        <Select
          size="xs"
          label={t("floor.queue")}
          data={[...names].map(([value, name]) => ({ value, label: name }))}
          value={wish.queue || null}
          onChange={(queue) => change({ queue: queue ?? "" })}
        />
      )}
      {(wish.act === "join-queue" || wish.act === "penalty") && (
        <NumberInput
          size="xs"
          label={t("bulk.penalty")}
          min={0}
          max={MOST_PENALTY}
          allowDecimal={false}
          value={wish.penalty}
          onChange={(penalty) => change({ penalty: Number(penalty) || 0 })}
        />
      )}
    </>
  );
}

/** How many it was done at; where it was not, which and why. */
function Results({ came }: { came: readonly Came[] }) {
  const { t } = useTranslation();
  const well = came.filter((one) => one.result === "done" || one.result === "already");
  const others = came.filter((one) => !well.includes(one));
  return (
    <div className={classes.results}>
      <p role="status">{t("bulk.done", { count: well.length, of: came.length })}</p>
      {others.length > 0 && (
        <ul>
          {others.map((one) => (
            <li key={one.id}>
              <strong>{one.name}</strong> {one.why || (one.result === "asked" ? t("bulk.asked") : t("seat.gone"))}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

interface Props {
  chosen: ReadonlySet<string>;
  shown: readonly string[];
  onChoose: (chosen: ReadonlySet<string>) => void;
  onClose: () => void;
}

/** What is to be done at the chosen seats. */
export function BulkBar({ chosen, shown, onChoose, onClose }: Props) {
  const { t } = useTranslation();
  const [wish, setWish] = useState<BulkWish>({ act: "pause", reason: "", queue: "", penalty: 0 });
  const [isAsking, setAsking] = useState(false);
  const { sending, done } = useBulk();
  const lacks = missing(wish);
  function change(part: Partial<BulkWish>) {
    setAsking(false);
    setWish({ ...wish, ...part });
  }
  function submit(event: FormEvent) {
    event.preventDefault();
    if (HURTS.has(wish.act) && !isAsking) {
      setAsking(true);
      return;
    }
    setAsking(false);
    sending.mutate({ ids: [...chosen], wish });
  }
  const agents = useLive(
    useShallow((live) => [...new Set([...chosen].flatMap((id) => live.entities.seats[id]?.agent_number || []))]),
  );
  const isReady = chosen.size > 0 && lacks === null;
  return (
    <section className={`panel ${classes.bar}`} aria-label={t("bulk.title")}>
      <form onSubmit={submit} className={classes.form}>
        <p role="status" className={classes.count}>
          {t("bulk.chosen", { count: chosen.size })}
        </p>
        <Fields wish={wish} change={change} />
        <Button
          type="submit"
          size="xs"
          color={isAsking ? "red" : undefined}
          disabled={!isReady}
          loading={sending.isPending}
        >
          {isAsking ? t("bulk.sure", { count: chosen.size }) : t("bulk.send")}
        </Button>
        <Button size="xs" variant="default" onClick={() => onChoose(new Set(shown))}>
          {t("bulk.all")}
        </Button>
        <Button size="xs" variant="default" onClick={onClose}>
          {t("bulk.end")}
        </Button>
      </form>
      {agents.length > 0 && <MessagesButton key={agents.join()} agents={agents} />}
      {sending.isPending && <p role="status">{t("bulk.progress", { done, of: sending.variables.ids.length })}</p>}
      {sending.data && <Results came={sending.data} />}
    </section>
  );
}
