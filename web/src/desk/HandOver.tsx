import { Button, Modal, Radio, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "../api/queries";
import type { Seat } from "../api/shapes";
import { SeatGlyph } from "../floor/SeatGlyph";
import { useLive } from "../live/store";
import { Failure } from "../parts/Failure";
import page from "../parts/Page.module.css";
import type { Wishing } from "../seats/seats";
import { Told } from "../seats/Told";
import classes from "./Desk.module.css";
import { directory, type Entry } from "./directory";

function Row({ entry }: { entry: Entry }) {
  const { t } = useTranslation();
  return (
    <Radio
      value={entry.id}
      label={
        <span className={classes.entry}>
          {entry.state && <SeatGlyph state={entry.state} small still />}
          <span>
            {entry.name} {entry.number !== entry.name && <small className="num muted">{entry.number}</small>}
          </span>
          <small className="muted">
            {entry.state && t(`seat.state.${entry.state}`)}
            {entry.waiting !== undefined &&
              (entry.isFree ? t("handOver.waiting", { count: entry.waiting }) : t("handOver.nobodyIn"))}
            {entry.id === "number" && t("handOver.outside")}
          </small>
        </span>
      }
    />
  );
}

interface Props {
  seat: Seat;
  wishing: Wishing;
  onClose: () => void;
}

/** Who could take the call, and who of them is free. */
export function HandOver({ seat, wishing, onClose }: Props) {
  const { t } = useTranslation();
  const mayDialOutside = useMay("transfer_outside");
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState("");
  const [callId] = useState(seat.call_id ?? "");
  const seats = useLive((live) => live.entities.seats);
  const queues = useLive((live) => live.entities.queues);
  const entries = directory(seats, queues, seat, text, mayDialOutside);
  const entry = entries.find((one) => one.id === chosen) ?? (entries.length === 1 ? entries[0] : undefined);
  function hand(act: "consult" | "transfer") {
    if (!entry) return;
    wishing.mutate(
      { act, body: { call_id: callId, ...entry.whom } },
      { onSuccess: ({ result }) => result !== "asked" && onClose() },
    );
  }
  function submit(event: FormEvent) {
    event.preventDefault();
    hand("consult");
  }
  return (
    <Modal opened onClose={onClose} title={t("handOver.title")} closeButtonProps={{ "aria-label": t("frame.close") }}>
      <form onSubmit={submit} className={page.form} noValidate>
        <TextInput
          data-autofocus
          label={t("handOver.find")}
          description={mayDialOutside ? t("handOver.findHint") : undefined}
          autoComplete="off"
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        {entries.length === 0 ? (
          <p role="status" className="muted">
            {t("handOver.nobody")}
          </p>
        ) : (
          <Radio.Group
            label={t("handOver.to")}
            value={entry?.id ?? ""}
            onChange={setChosen}
            classNames={{ root: classes.directory }}
          >
            {entries.map((one) => (
              <Row key={one.id} entry={one} />
            ))}
          </Radio.Group>
        )}
        <p className="muted">{t("handOver.hint")}</p>
        {wishing.isError ? <Failure error={wishing.error} /> : <Told seat={seat} wishing={wishing} />}
        <div className={classes.buttons}>
          <Button type="submit" disabled={!entry} loading={wishing.isPending}>
            {t("handOver.ask")}
          </Button>
          <Button variant="default" disabled={!entry?.isFree || wishing.isPending} onClick={() => hand("transfer")}>
            {t("handOver.atOnce")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
