import { Button, Popover, TextInput } from "@mantine/core";
import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat, useMay, useZone } from "../api/queries";
import type { CallbackList, Target } from "../api/shapes";
import { fromWall, NOTHING, toWall } from "../format";
import { serverNow } from "../live/clock";
import { Failure } from "../parts/Failure";
import { MoreButton } from "../parts/MoreButton";
import { Outcome } from "../parts/Outcome";
import { SureButton } from "../parts/SureButton";
import table from "../parts/Table.module.css";
import { useTell } from "../parts/useTell";
import { RowsSkeleton } from "../parts/Waiting";
import classes from "./Decisions.module.css";
import page from "./ListPage.module.css";
import { type Decision, useDecide, useTargets } from "./lists";

interface ChoiceProps {
  name: string;
  isSending: boolean;
  decide: (decision: Decision) => void;
}

/** At once, or from a time on. */
function CallAgain({ name, isSending, decide }: ChoiceProps) {
  const { t } = useTranslation();
  const zone = useZone();
  const [isOpen, setOpen] = useState(false);
  const [wall, setWall] = useState("");
  const dueAt = wall ? fromWall(zone, wall) : null;
  function later(event: FormEvent) {
    event.preventDefault();
    if (dueAt === null) return;
    setOpen(false);
    decide({ decision: "call", due_at: dueAt });
  }
  return (
    <Popover opened={isOpen} onChange={setOpen} trapFocus withinPortal position="bottom-end" shadow="md">
      <Popover.Target>
        <Button
          size="compact-xs"
          variant="light"
          loading={isSending}
          aria-label={`${t("decision.call")}: ${name}`}
          onClick={() => setOpen(!isOpen)}
        >
          {t("decision.call")}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={`${t("decision.call")}: ${name}`}>
        <form className={classes.again} onSubmit={later}>
          <Button
            size="xs"
            onClick={() => {
              setOpen(false);
              decide({ decision: "call" });
            }}
          >
            {t("decision.now")}
          </Button>
          <TextInput
            type="datetime-local"
            size="xs"
            label={t("decision.at")}
            description={t("forms.nextAtHint")}
            min={toWall(zone, serverNow())}
            value={wall}
            onChange={(event) => setWall(event.currentTarget.value)}
          />
          <Button type="submit" size="xs" variant="default" disabled={dueAt === null}>
            {t("decision.then")}
          </Button>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}

interface RowProps {
  list: CallbackList;
  target: Target;
  /** Of the text that says why nothing can be escalated; null where it can. */
  whyNot: string | null;
}

function Choices({ list, target, whyNot }: RowProps) {
  const { t } = useTranslation();
  const tell = useTell();
  const deciding = useDecide(list.id);
  const name = target.name || target.number;
  const sent = deciding.isPending ? deciding.variables.decision : null;
  const decide = (decision: Decision) => deciding.mutate({ target: target.id, ...decision }, { onError: tell.failure });
  return (
    <div className={classes.choices}>
      <CallAgain name={name} isSending={sent === "call"} decide={decide} />
      <Button
        size="compact-xs"
        variant="default"
        disabled={whyNot !== null}
        aria-describedby={whyNot ?? undefined}
        loading={sent === "escalate"}
        aria-label={`${t("decision.escalate")}: ${name}`}
        onClick={() => decide({ decision: "escalate" })}
      >
        {t("decision.escalate")}
      </Button>
      <SureButton
        label={t("decision.close")}
        sure={t("decision.closeSure")}
        name={`${t("decision.close")}: ${name}`}
        isSending={sent === "close"}
        onSure={() => decide({ decision: "close" })}
      />
    </div>
  );
}

function Row(props: RowProps) {
  const { t } = useTranslation();
  const mayRun = useMay("run_lists");
  const format = useFormat();
  const { target } = props;
  const known = Object.entries(target.attributes).filter(([, value]) => value);
  return (
    <tr data-target={target.id}>
      <td>
        <strong>{target.name || t("forms.nameless")}</strong>
        <small className="num">{target.number}</small>
      </td>
      <td data-label={t("target.lastOutcome")}>
        {target.last_outcome ? <Outcome outcome={target.last_outcome} of="attempt" /> : NOTHING}
      </td>
      <td className={`num ${table.right}`} data-label={t("callbacks.attempts")}>
        {format.number(target.attempts)}
      </td>
      <td className={page.attributes}>{known.map(([name, value]) => `${name}: ${value}`).join(" · ")}</td>
      {mayRun && (
        <td>
          <Choices {...props} />
        </td>
      )}
    </tr>
  );
}

function Rows({ list, targets }: { list: CallbackList; targets: Target[] }) {
  const { t } = useTranslation();
  const mayRun = useMay("run_lists");
  const id = useId();
  const whyNot = list.escalation_list_id === null ? id : null;
  return (
    <>
      <p className={classes.lead}>
        {mayRun ? t("decision.text") : t("decision.askText")}{" "}
        {mayRun && whyNot && <span id={whyNot}>{t("decision.noEscalation")}</span>}
      </p>
      <table className={`${table.table} ${classes.table}`} aria-label={t("decision.title")}>
        <thead>
          <tr>
            <th scope="col">{t("callbacks.person")}</th>
            <th scope="col">{t("target.lastOutcome")}</th>
            <th scope="col" className={table.right}>
              {t("callbacks.attempts")}
            </th>
            <th scope="col">{t("target.attributes")}</th>
            {mayRun && (
              <th scope="col">
                <span className="visually-hidden">{t("callbacks.actions")}</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {targets.map((target) => (
            <Row key={target.id} list={list} target={target} whyNot={whyNot} />
          ))}
        </tbody>
      </table>
    </>
  );
}

/** The targets for which the rules ask a person, and what may become of each. */
export function Decisions({ list }: { list: CallbackList }) {
  const pages = useTargets(String(list.id), "asking");
  if (pages.isPending) return <RowsSkeleton />;
  if (pages.isError) return <Failure error={pages.error} onRetry={() => void pages.refetch()} />;
  return (
    <>
      <Rows list={list} targets={pages.data.pages.flatMap((page) => page.targets)} />
      {pages.hasNextPage && (
        <div className={page.more}>
          <MoreButton pages={pages} />
        </div>
      )}
    </>
  );
}
