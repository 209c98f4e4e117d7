import { Modal, NumberInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useZone } from "../api/queries";
import type { Span } from "../calls/waveform";
import { dayStart, duration } from "../format";
import { useLanguage } from "../i18n";
import { serverNow } from "../live/clock";
import { DialogButtons } from "../parts/DialogButtons";
import { Failure } from "../parts/Failure";
import page from "../parts/Page.module.css";
import { useRefusal } from "../parts/useRefusal";
import { useTell } from "../parts/useTell";
import { hasWords, NO_WORDS } from "../quality/building";
import { ClipFields } from "./ClipFields";
import classes from "./Library.module.css";
import { type Card, useMakeClip } from "./library";

const USUAL_DAYS = 366;

const tenths = (seconds: number): number => Math.round(seconds * 10) / 10;

function useNewCard(): Card {
  const zone = useZone();
  return {
    kind: "exemplary",
    title: NO_WORDS,
    note: NO_WORDS,
    topics: [],
    language: useLanguage(),
    audience: "playlists",
    hides_agent: false,
    kept_until: dayStart(zone, serverNow(), USUAL_DAYS),
  };
}

interface EdgesProps {
  span: Span;
  change: (span: Span) => void;
  at: (field: string) => string | null;
}

function Edges({ span, change, at }: EdgesProps) {
  const { t } = useTranslation();
  return (
    <div className={classes.two}>
      {(["from", "until"] as const).map((edge) => (
        <NumberInput
          key={edge}
          label={t(`library.${edge}`)}
          description={duration(Math.floor(span[edge]))}
          min={0}
          step={0.5}
          decimalScale={1}
          data-autofocus={edge === "from" || undefined}
          suffix=" s"
          value={span[edge]}
          onChange={(value) => change({ ...span, [edge]: Number(value) })}
          error={at(edge === "from" ? "from_seconds" : "to_seconds")}
        />
      ))}
    </div>
  );
}

interface Props {
  recording: number;
  span: Span;
  onClose: () => void;
}

/** Puts a span of a recording into the library. */
export function NewClip({ recording, span, onClose }: Props) {
  const { t } = useTranslation();
  const tell = useTell();
  const usual = useNewCard();
  const [card, setCard] = useState(usual);
  const [edges, setEdges] = useState<Span>({ from: tenths(span.from), until: tenths(span.until) });
  const [isTried, setTried] = useState(false);
  const make = useMakeClip(recording);
  const { at, isElsewhere } = useRefusal(make.error);
  const untitled = isTried && !hasWords(card.title) ? t("quality.needsWords") : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!hasWords(card.title)) return;
    const onSuccess = () => {
      tell.success(t("library.added"));
      onClose();
    };
    make.mutate({ card, span: edges }, { onSuccess });
  };
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={t("library.add")}
      closeButtonProps={{ "aria-label": t("frame.close") }}
    >
      <form onSubmit={submit} className={page.form} noValidate>
        <Edges span={edges} change={setEdges} at={at} />
        <ClipFields
          card={card}
          change={(fields) => setCard({ ...card, ...fields })}
          at={(field) => (field === "title" && untitled) || at(field)}
        />
        {isElsewhere && <Failure error={make.error} />}
        <DialogButtons onClose={onClose} isSending={make.isPending} label={t("library.add")} />
      </form>
    </Modal>
  );
}
