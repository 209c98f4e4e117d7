import { Button, Select } from "@mantine/core";
import { type ComponentProps, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { useFormat, useMay } from "../api/queries";
import { type Attempt, TARGET_STATES, type Target, type TargetState } from "../api/shapes";
import { callPath } from "../calls/path";
import { duration, NOTHING } from "../format";
import { Failure } from "../parts/Failure";
import { MoreButton } from "../parts/MoreButton";
import { Outcome } from "../parts/Outcome";
import table from "../parts/Table.module.css";
import { Empty, RowsSkeleton } from "../parts/Waiting";
import classes from "./ListPage.module.css";
import { useAttempts, useTargets } from "./lists";

function More({ pages }: ComponentProps<typeof MoreButton>) {
  return (
    pages.hasNextPage && (
      <div className={classes.more}>
        <MoreButton pages={pages} />
      </div>
    )
  );
}

/** A table that may be wider than a phone: scrolled with the keyboard as well. */
function Wide({ label, children }: { label: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard
    <section className={classes.scroll} aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}

function TargetRow({ target }: { target: Target }) {
  const { t } = useTranslation();
  const format = useFormat();
  const attributes = Object.entries(target.attributes)
    .filter(([, value]) => value)
    .map(([name, value]) => `${name}: ${value}`);
  return (
    <tr>
      <td className="num">{target.number}</td>
      <td>{target.name}</td>
      <td>{t(`target.state.${target.state}`)}</td>
      <td className={`num ${table.right}`}>{target.attempts}</td>
      <td>{target.last_outcome ? <Outcome outcome={target.last_outcome} of="attempt" /> : NOTHING}</td>
      <td className="num">{target.due_at && target.state === "open" ? format.dateMinute(target.due_at) : NOTHING}</td>
      <td className={classes.attributes}>{attributes.join(" · ")}</td>
    </tr>
  );
}

export function TargetTable({ id, onImport }: { id: string; onImport: (() => void) | null }) {
  const { t } = useTranslation();
  const [state, setState] = useState<TargetState | "">("");
  const pages = useTargets(id, state);
  const targets = pages.data?.pages.flatMap((page) => page.targets) ?? [];
  if (pages.isPending) return <RowsSkeleton />;
  if (pages.isError) return <Failure error={pages.error} onRetry={() => void pages.refetch()} />;
  const isEmpty = targets.length === 0;
  return (
    <>
      {!(isEmpty && state === "") && (
        <div className={classes.bar}>
          <Select
            size="xs"
            aria-label={t("seat.stateWord")}
            data={[
              { value: "", label: t("target.all") },
              ...TARGET_STATES.map((value) => ({ value: value as string, label: t(`target.state.${value}`) })),
            ]}
            value={state}
            onChange={(value) => setState((value ?? "") as TargetState | "")}
            allowDeselect={false}
          />
        </div>
      )}
      {isEmpty && state !== "" && <Empty title={t("target.noneSuch")} text={t("target.noneSuchText")} />}
      {isEmpty && state === "" && (
        <Empty title={t("target.none")} text={t("target.noneText")}>
          {onImport && (
            <Button size="xs" onClick={onImport}>
              {t("import.open")}
            </Button>
          )}
        </Empty>
      )}
      {!isEmpty && <TargetRows targets={targets} />}
      <More pages={pages} />
    </>
  );
}

function TargetRows({ targets }: { targets: Target[] }) {
  const { t } = useTranslation();
  return (
    <Wide label={t("callbacks.targets")}>
      <table className={table.table}>
        <thead>
          <tr>
            <th scope="col">{t("calls.number")}</th>
            <th scope="col">{t("callbacks.person")}</th>
            <th scope="col">{t("seat.stateWord")}</th>
            <th scope="col" className={table.right}>
              {t("callbacks.attempts")}
            </th>
            <th scope="col">{t("target.lastOutcome")}</th>
            <th scope="col">{t("target.dueAt")}</th>
            <th scope="col">{t("target.attributes")}</th>
          </tr>
        </thead>
        <tbody>
          {targets.map((target) => (
            <TargetRow key={target.id} target={target} />
          ))}
        </tbody>
      </table>
    </Wide>
  );
}

/** Calls that somebody answered, or may have, and those under way. */
const HAS_RECORD: ReadonlySet<string | null> = new Set([null, "reached", "abandoned", "machine", "unknown"]);

function AttemptRow({ attempt }: { attempt: Attempt }) {
  const { t } = useTranslation();
  const format = useFormat();
  const seesCalls = useMay("see_calls");
  const address = attempt.call_id && callPath(attempt.pbx, attempt.call_id);
  const fillsIn = useMay("work_callbacks");
  const opens = seesCalls && address && attempt.ended_at !== null;
  const time = format.dateTime(attempt.placed_at);
  const spoken =
    attempt.answered_at !== null && attempt.ended_at !== null ? attempt.ended_at - attempt.answered_at : null;
  return (
    <tr className={opens ? table.linked : undefined}>
      <td className="num">
        {opens ? (
          <Link href={address} className={table.cover}>
            {time}
          </Link>
        ) : (
          time
        )}
      </td>
      <td className="num">{attempt.number}</td>
      <td>{attempt.name}</td>
      <td>{attempt.outcome ? <Outcome outcome={attempt.outcome} of="attempt" /> : t("attempt.inAir")}</td>
      <td className={`num ${table.right}`}>{spoken === null ? NOTHING : duration(spoken)}</td>
      <td className="num">{attempt.agent_number || NOTHING}</td>
      <td className={classes.above}>
        {fillsIn && HAS_RECORD.has(attempt.outcome) && (
          <Link
            href={`/callbacks/records/${attempt.id}`}
            aria-label={t("callbacks.openRecordOf", { number: attempt.number })}
          >
            {t("callbacks.openRecord")}
          </Link>
        )}
      </td>
    </tr>
  );
}

export function AttemptTable({ id }: { id: string }) {
  const { t } = useTranslation();
  const pages = useAttempts(id);
  const attempts = pages.data?.pages.flatMap((page) => page.attempts) ?? [];
  if (pages.isPending) return <RowsSkeleton />;
  if (pages.isError) return <Failure error={pages.error} onRetry={() => void pages.refetch()} />;
  if (attempts.length === 0) return <Empty title={t("attempt.none")} text={t("attempt.noneText")} />;
  return (
    <>
      <Wide label={t("callbacks.attempts")}>
        <table className={table.table}>
          <thead>
            <tr>
              <th scope="col">{t("attempt.placedAt")}</th>
              <th scope="col">{t("calls.number")}</th>
              <th scope="col">{t("callbacks.person")}</th>
              <th scope="col">{t("calls.outcome")}</th>
              <th scope="col" className={table.right}>
                {t("attempt.length")}
              </th>
              <th scope="col">{t("seat.agentNumber")}</th>
              <th scope="col">{t("callbacks.record")}</th>
            </tr>
          </thead>
          <tbody>
            {attempts.map((attempt) => (
              <AttemptRow key={attempt.id} attempt={attempt} />
            ))}
          </tbody>
        </table>
      </Wide>
      <More pages={pages} />
    </>
  );
}
