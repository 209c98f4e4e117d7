import { Select, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "../api/client";
import { useZone } from "../api/queries";
import { toWall } from "../format";
import { serverNow } from "../live/clock";
import { DialogButtons } from "../parts/DialogButtons";
import { Failure } from "../parts/Failure";
import page from "../parts/Page.module.css";
import { useRefusal } from "../parts/useRefusal";
import classes from "./Customers.module.css";
import { CONSENTS, type Consent, type Customer, fetchCustomer, useSaveCustomer } from "./customers";
import { NameAndLevel } from "./NameAndLevel";
import { NumberFields } from "./NumberFields";
import { type Draft, type DraftField, draftOf, rebased, recordOf } from "./record";
import { useAttributes, useFieldWord } from "./words";

interface PartProps {
  draft: Draft;
  change: (fields: Partial<Draft>) => void;
  /** Why the server refused a field. */
  at: (field: string) => string | null;
}

function Basics({ draft, change, at }: PartProps) {
  const { t } = useTranslation();
  return (
    <div className={classes.fields}>
      <NameAndLevel known={draft} change={change} at={at} isFirst />
      <TextInput
        label={t("customers.field.reference")}
        placeholder={t("customers.referenceHint")}
        value={draft.reference}
        onChange={(event) => change({ reference: event.currentTarget.value })}
        error={at("reference")}
        maxLength={100}
      />
    </div>
  );
}

function Attributes({ draft, change, at }: PartProps) {
  const attributes = useAttributes();
  const error = at("attributes");
  return (
    <div className={classes.fields}>
      {attributes(draft.attributes).map(({ code, label }) => (
        <TextInput
          key={code}
          label={label}
          value={draft.attributes[code] ?? ""}
          onChange={(event) => change({ attributes: { ...draft.attributes, [code]: event.currentTarget.value } })}
          error={error?.includes(`'${code}'`) ? error : null}
          maxLength={1000}
        />
      ))}
    </div>
  );
}

function ConsentFields({ draft: { consent }, change, at }: PartProps) {
  const { t } = useTranslation();
  const zone = useZone();
  const say = (said: Consent) => change({ consent: { ...consent, said, at: consent.at || toWall(zone, serverNow()) } });
  return (
    <div className={classes.fields}>
      <Select
        label={t("customers.field.consent")}
        data={CONSENTS.map((value) => ({ value, label: t(`customers.consent.${value || "unasked"}`) }))}
        value={consent.said}
        onChange={(said) => say((said ?? "") as Consent)}
        allowDeselect={false}
        error={at("consent")}
      />
      {consent.said !== "" && (
        <>
          <TextInput
            type="datetime-local"
            label={t("customers.consentAt")}
            value={consent.at}
            onChange={(event) => change({ consent: { ...consent, at: event.currentTarget.value } })}
            error={at("consent_at")}
          />
          <TextInput
            label={t("customers.consentHow")}
            value={consent.how}
            onChange={(event) => change({ consent: { ...consent, how: event.currentTarget.value } })}
            error={at("consent_how")}
            maxLength={200}
          />
        </>
      )}
    </div>
  );
}

/** That somebody saved the record meanwhile, and what of it was changed by both. */
function Clash({ by, clashes }: { by: string; clashes: DraftField[] }) {
  const { t } = useTranslation();
  const fieldWord = useFieldWord();
  return (
    <p className={classes.clash} role="alert">
      {t("customers.changedMeanwhile", { name: by })}{" "}
      {clashes.length > 0 && t("customers.bothChanged", { fields: clashes.map(fieldWord).join(", ") })}
    </p>
  );
}

interface FormProps {
  customer: Customer | null;
  start: Draft;
  onClose: () => void;
  onSaved: (customer: Customer) => void;
}

/** Keeps what is typed; where somebody else saved the record first, both are put together and looked at once more. */
function useWriting({ customer, start, onClose, onSaved }: FormProps) {
  const zone = useZone();
  const save = useSaveCustomer(customer);
  const [draft, setDraft] = useState(start);
  const [base, setBase] = useState({ draft: start, version: customer?.version ?? 0 });
  const [clash, setClash] = useState<{ by: string; clashes: DraftField[] } | null>(null);
  async function onError(error: Error) {
    if (!customer || !isOvertaken(error)) return;
    const present = await fetchCustomer(customer.id).catch(() => null);
    if (present === null) return;
    const theirs = draftOf(present, zone);
    const { draft: both, clashes } = rebased(base.draft, draft, theirs);
    setDraft(both);
    setBase({ draft: theirs, version: present.version });
    setClash({ by: present.changed_by, clashes });
    save.reset();
  }
  return {
    draft,
    change: (fields: Partial<Draft>) => setDraft((before) => ({ ...before, ...fields })),
    clash,
    save,
    submit(event: FormEvent) {
      event.preventDefault();
      const onSuccess = (saved: Customer) => {
        onClose();
        onSaved(saved);
      };
      save.mutate({ record: recordOf(draft, zone), version: base.version }, { onSuccess, onError });
    },
  };
}

function isOvertaken(error: Error): boolean {
  return error instanceof ApiError && error.status === 409 && error.field === "version";
}

const FIELDS = ["name", "level", "reference", "attributes", "consent", "consent_at", "consent_how", "note"];
const isOfForm = (field: string) => FIELDS.includes(field) || field.startsWith("numbers");

/** Everything that a record holds. */
export function RecordForm(props: FormProps) {
  const { t } = useTranslation();
  const { draft, change, clash, save, submit } = useWriting(props);
  const refusal = useRefusal(save.error);
  const at = (field: string) => refusal.at(field) ?? refusal.at(`record.${field}`);
  const field = save.error instanceof ApiError ? (save.error.field ?? "").replace(/^record\./, "") : "";
  const parts = { draft, change, at };
  return (
    <form onSubmit={submit} className={page.form} noValidate>
      {clash && <Clash {...clash} />}
      <Basics {...parts} />
      <NumberFields numbers={draft.numbers} onChange={(numbers) => change({ numbers })} at={at} />
      <Attributes {...parts} />
      <ConsentFields {...parts} />
      <Textarea
        label={t("customers.field.note")}
        autosize
        minRows={2}
        maxRows={10}
        maxLength={20_000}
        value={draft.note}
        onChange={(event) => change({ note: event.currentTarget.value })}
        error={at("note")}
      />
      {save.error && !isOfForm(field) && <Failure error={save.error} />}
      <DialogButtons
        onClose={props.onClose}
        isSending={save.isPending}
        label={props.customer ? undefined : t("customers.makeOne")}
      />
    </form>
  );
}
