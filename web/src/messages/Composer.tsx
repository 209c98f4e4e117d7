import { Button, MultiSelect, Select, Textarea } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useShallow } from "zustand/shallow";
import { useSettings } from "../api/queries";
import { useLive } from "../live/store";
import { Failure } from "../parts/Failure";
import page from "../parts/Page.module.css";
import { useRefusal } from "../parts/useRefusal";
import { useTell } from "../parts/useTell";
import { LASTS, type NewMessage, TO, type To, useWriting } from "./messages";

const LONGEST = 500;

/** The agents at the seats that one sees, as choices. */
function useAgents() {
  const lines = useLive(
    useShallow((live) => [
      ...new Set(
        Object.values(live.entities.seats)
          .filter((seat) => seat.agent_number)
          .map((seat) => `${seat.agent_number}\n${seat.agent_name}`),
      ),
    ]),
  );
  return lines.sort().map((line) => {
    const [value = "", name = ""] = line.split("\n");
    return { value, label: `${name} (${value})` };
  });
}

interface WhomProps {
  wish: NewMessage;
  change: (part: Partial<NewMessage>) => void;
  errorAt: (field: string) => string | null;
}

function Whom({ wish, change, errorAt }: WhomProps) {
  const { t } = useTranslation();
  const teams = useSettings().data?.teams ?? [];
  const agents = useAgents();
  return (
    <>
      <Select
        label={t("messages.to")}
        data={TO.map((value) => ({ value, label: t(`messages.toWhom.${value}`) }))}
        value={wish.to}
        onChange={(to) => change({ to: (to ?? "everybody") as To })}
        allowDeselect={false}
        error={errorAt("to")}
      />
      {wish.to === "team" && (
        <Select
          label={t("messages.team")}
          data={teams}
          value={wish.team || null}
          onChange={(team) => change({ team: team ?? "" })}
          error={errorAt("team")}
        />
      )}
      {wish.to === "agents" && (
        <MultiSelect
          searchable
          label={t("messages.agents")}
          data={agents}
          value={[...(wish.agents ?? [])]}
          onChange={(chosen) => change({ agents: chosen })}
          error={errorAt("agents")}
        />
      )}
    </>
  );
}

function ready({ text, to, team, agents, lasts_seconds }: NewMessage): NewMessage | null {
  if (text.trim() === "") return null;
  if (to === "team") return team ? { text, to, team, lasts_seconds } : null;
  if (to === "agents") return agents?.length ? { text, to, agents, lasts_seconds } : null;
  return { text, to, lasts_seconds };
}

/** A message is written; `agents` are those who were chosen before. */
export function Composer({ agents }: { agents: readonly string[] }) {
  const { t } = useTranslation();
  const tell = useTell();
  const to = agents.length > 0 ? "agents" : "everybody";
  const [wish, setWish] = useState<NewMessage>({ text: "", to, team: "", agents: [...agents], lasts_seconds: 43_200 });
  const change = (part: Partial<NewMessage>) => setWish((before) => ({ ...before, ...part }));
  const writing = useWriting(() => {
    change({ text: "" });
    tell.success(t("messages.sent"));
  });
  const refusal = useRefusal(writing.error);
  const message = ready(wish);
  function submit(event: FormEvent) {
    event.preventDefault();
    if (message && !writing.isPending) writing.mutate(message);
  }
  return (
    <form onSubmit={submit} className={page.form}>
      <Whom wish={wish} change={change} errorAt={refusal.at} />
      <Textarea
        data-autofocus
        autosize
        minRows={2}
        maxRows={8}
        maxLength={LONGEST}
        label={t("messages.text")}
        description={t("messages.textHint", { count: LONGEST - wish.text.length })}
        value={wish.text}
        onChange={(event) => change({ text: event.currentTarget.value })}
        error={refusal.at("text")}
      />
      <Select
        label={t("messages.lasts")}
        data={LASTS.map((lasts) => ({ value: `${lasts}`, label: t(`messages.lastsFor.${lasts as 3600}`) }))}
        value={`${wish.lasts_seconds}`}
        onChange={(lasts) => change({ lasts_seconds: Number(lasts) })}
        allowDeselect={false}
      />
      {refusal.isElsewhere && <Failure error={writing.error} />}
      <Button type="submit" disabled={message === null} loading={writing.isPending}>
        {t("messages.send")}
      </Button>
    </form>
  );
}
