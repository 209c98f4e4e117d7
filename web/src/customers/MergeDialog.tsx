import { Button, Modal, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { DialogButtons } from "../parts/DialogButtons";
import { Failure } from "../parts/Failure";
import page from "../parts/Page.module.css";
import { useTell } from "../parts/useTell";
import { RowsSkeleton } from "../parts/Waiting";
import classes from "./Customers.module.css";
import { type Customer, type MergeChange, useCustomersTyped, useMerge, useMergePreview } from "./customers";
import { Level } from "./Level";
import { useFieldWord, useNameWord } from "./words";

const SETTLE_MS = 250;
const LONG_ENOUGH = 2;

/** Looks for the other record, by its name or a whole number. */
function Search({ kept, onChoose }: { kept: Customer; onChoose: (other: Customer) => void }) {
  const { t } = useTranslation();
  const nameWord = useNameWord();
  const [typed, setTyped] = useState("");
  const [text] = useDebouncedValue(typed.trim(), SETTLE_MS);
  const isAsked = text.length >= LONG_ENOUGH;
  const found = useCustomersTyped(isAsked ? text : "");
  const others = (found.data ?? []).filter(({ id }) => id !== kept.id).slice(0, 8);
  return (
    <>
      <TextInput
        data-autofocus
        label={t("customers.mergeSearch")}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      {found.isError && <Failure error={found.error} />}
      {isAsked && found.data && others.length === 0 && <p className="muted">{t("customers.mergeNone")}</p>}
      {isAsked && (
        <ul className={classes.choices}>
          {others.map((other) => (
            <li key={other.id}>
              <Button fullWidth justify="start" variant="default" onClick={() => onChoose(other)}>
                {nameWord(other)}
                <small className={`num ${classes.beside}`}>
                  {other.numbers.map(({ number }) => number).join(", ")}
                </small>
                <Level code={other.level} />
              </Button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

/** A value of a field; of labels each number with its own. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return value.map((one) => (Array.isArray(one) ? one.join(" ") : String(one))).join(", ");
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

function Changes({ change }: { change: MergeChange }) {
  const { t } = useTranslation();
  const fieldWord = useFieldWord();
  const lines = Object.entries(change.changed).filter(([field]) => field !== "consent_at");
  const stays = Object.entries(change.stays);
  if (lines.length + change.added.length + stays.length === 0) return <p>{t("customers.mergeSame")}</p>;
  return (
    <dl className={classes.changes}>
      {change.added.length > 0 && (
        <div>
          <dt>{t("customers.mergeNumbers")}</dt>
          <dd className="num">{change.added.join(", ")}</dd>
        </div>
      )}
      {lines.map(([field, [before, after]]) => (
        <div key={field}>
          <dt>{fieldWord(field)}</dt>
          <dd>
            {shown(before) && <del>{shown(before)}</del>} <ins>{shown(after)}</ins>
          </dd>
        </div>
      ))}
      {stays.length > 0 && (
        <div>
          <dt>{t("customers.mergeStays")}</dt>
          <dd>
            <ul className={classes.plain}>
              {stays.map(([field, value]) => (
                <li key={field}>{`${fieldWord(field)}: ${shown(value)}`}</li>
              ))}
            </ul>
          </dd>
        </div>
      )}
    </dl>
  );
}

function Confirm({ kept, other, onClose }: { kept: Customer; other: Customer; onClose: () => void }) {
  const { t } = useTranslation();
  const tell = useTell();
  const nameWord = useNameWord();
  const preview = useMergePreview(kept.id, other.id);
  const merge = useMerge(kept);
  const names = { kept: nameWord(kept), gone: nameWord(other) };
  return (
    <form
      className={page.form}
      onSubmit={(event) => {
        event.preventDefault();
        const onSuccess = () => {
          tell.success(t("customers.merged", names));
          onClose();
        };
        merge.mutate(other, { onSuccess });
      }}
    >
      <p className={page.lead}>{t("customers.mergeSure", names)}</p>
      {preview.isPending && <RowsSkeleton rows={2} />}
      {preview.isError && <Failure error={preview.error} onRetry={() => void preview.refetch()} />}
      {preview.data && <Changes change={preview.data} />}
      {merge.isError && <Failure error={merge.error} />}
      <DialogButtons onClose={onClose} isSending={merge.isPending} label={t("customers.mergeNow")} />
    </form>
  );
}

/** Merges another record into this one: it is looked for, what would change is shown, and then confirmed. */
export function MergeDialog({ kept, onClose }: { kept: Customer; onClose: () => void }) {
  const { t } = useTranslation();
  const [other, choose] = useState<Customer | null>(null);
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={t("customers.merge")}
      closeButtonProps={{ "aria-label": t("frame.close") }}
    >
      {other ? (
        <Confirm kept={kept} other={other} onClose={onClose} />
      ) : (
        <div className={page.form}>
          <p className={page.lead}>{t("customers.mergeLead")}</p>
          <Search kept={kept} onChoose={choose} />
        </div>
      )}
    </Modal>
  );
}
